/** Numbers of another machine may be the same, and mean nothing here. */
export const toDevice = (dev: number, isHere = true): string => `${isHere ? '' : 'daemon:'}${dev}`
