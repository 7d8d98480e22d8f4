/**
 * Why a link may not be: folders of the tree are no links, so that `..` at the beginning leads to where it
 * says; after the name of a link it would lead elsewhere.
 */
export const refuseTarget = (path: string, target: string): string | undefined => {
  if (target.startsWith('/')) return 'leads to an absolute path'
  const parts = target.split('/').filter((part) => part !== '' && part !== '.')
  const down = parts.findIndex((part) => part !== '..')
  const steps = down < 0 ? parts.length : down
  if (parts.slice(steps).includes('..')) return 'goes up after it has gone down'
  return steps > path.split('/').length - 1 ? 'leads out of what is taken' : undefined
}
