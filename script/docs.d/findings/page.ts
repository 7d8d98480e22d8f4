/** A file, or a part of one, that a reader may copy. */
export type Sample = {
  /** Its name, such as `.dockerignore`; undefined for a Dockerfile. */
  readonly file?: string
  /** Of its syntax, as GitHub highlights it. */
  readonly language?: 'dockerfile' | 'text' | 'toml' | 'yaml'
  readonly text: string
}

/** What the page of a rule says besides what the catalog has: Markdown, a paragraph or more each. */
export type FindingPage = {
  /** What exactly is looked at, from which size on, and what is not counted. */
  readonly told: string
  readonly cost: string
  readonly before: readonly Sample[]
  readonly after: readonly Sample[]
  /** When it may stay. */
  readonly leave: string
}

/** Pages by the id of their rule. */
export type FindingPages = Readonly<Record<string, FindingPage>>

export const dockerfile = (text: string): Sample => ({ language: 'dockerfile', text })

/** A sample of another file than a Dockerfile. */
export const named = (
  file: string,
  text: string,
  language: Sample['language'] = 'text',
): Sample => ({ file, language, text })

/** What all hints have in common that are told by their bytes. */
export const hintFloor = 'It is told from 1 % of the image on.'
