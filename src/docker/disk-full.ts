import { renderError } from '../failure.ts'

/** Whoever says it: the daemon, BuildKit, a node, or a program in a build. */
const pattern = /no space left on device|\bENOSPC\b(?!: System limit)|disk quota exceeded/i

export const saysNoSpace = (text: string): boolean => pattern.test(text)

export const isNoSpace = (error: unknown): boolean => saysNoSpace(renderError(error))
