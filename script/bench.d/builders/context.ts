import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** How large the image is. */
export type Size = { readonly megabytes: number; readonly files: number }

const layers = 5

/**
 * Bytes that no other image has, in five layers and many small files; its last line changes.
 *
 * @param own makes layers of its own, which no cache has from another context
 */
export const writeContext = (
  folder: string,
  base: string,
  { megabytes, files }: Size,
  own?: string,
): void => {
  const each = `head -c ${Math.ceil((megabytes * 1e6) / layers)} /dev/urandom >/big`
  const small = `mkdir -p /small && cd /small && seq ${Math.ceil(files / layers)} | sed s/^/`
  const runs = Array.from(
    { length: layers },
    (_, index) => `RUN ${each}-${index} && ${small}${index}-/ | xargs touch`,
  )
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, 'Dockerfile'),
    [
      `FROM ${base}`,
      ...(own === undefined ? [] : [`ENV OWN=${own}`]),
      ...runs,
      'ARG LINE=first',
      'RUN echo "$LINE" >/last',
      '',
    ].join('\n'),
  )
}
