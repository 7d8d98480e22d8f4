import { readFileSync } from 'node:fs'

const parts = ['json', 'documents'] as const

/** The part of a program in Perl that reads an image's documents out of a containerd, and what is in them. */
export const documentsProgram = (): string =>
  parts
    .map((part) => readFileSync(new URL(`./in-node/${part}.pl`, import.meta.url), 'utf8'))
    .join('\n')
