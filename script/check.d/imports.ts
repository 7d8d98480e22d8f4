/** Imports go only down, types included, and in no circle: docs/architecture.md has the rule. */
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

/** From top to bottom; rooms of one line never import each other. */
const floors: readonly (readonly string[])[] = [
  ['.'],
  ['commands'],
  ['report'],
  ['run'],
  ['plan'],
  ['facts'],
  ['doctor'],
  ['registry'],
  [
    'analysis',
    'build',
    'token',
    'load',
    'files',
    'pull',
    'disk',
    'memory',
    'manifests',
    'diagnose',
  ],
  ['store'],
  ['inputs'],
  ['storage'],
  ['cluster'],
  ['image'],
  ['docker', 'containerd', 'kubernetes'],
  ['host'],
  ['text', 'ownership.ts', 'failure.ts', 'secret.ts'],
]

export type Graph = ReadonlyMap<string, readonly string[]>

/** What each file imports, by any form of import, as paths below `root`. */
export const readImports = (root: string): Graph => {
  const form = /(?:\bfrom\s*|\bimport\s*\(?\s*)['"](\.{1,2}\/[^'"]+)['"]/g
  const files = globSync('**/*.ts', { cwd: root }).toSorted()
  return new Map(
    files.map((file) => {
      const found = readFileSync(join(root, file), 'utf8').matchAll(form)
      return [file, [...new Set([...found].map(([, path = '']) => join(dirname(file), path)))]]
    }),
  )
}

const roomOf = (file: string): string => {
  const [first = ''] = file.split('/')
  return first !== file || floors.some((floor) => floor.includes(file)) ? first : '.'
}

const floorOf = (file: string): number => floors.findIndex((floor) => floor.includes(roomOf(file)))

/** A line for each import that goes up or across, and for each file in no room. */
export const findRising = (graph: Graph): readonly string[] =>
  [...graph].flatMap(([file, imports]) => {
    if (floorOf(file) < 0) return [`${file} is in no room that the rule knows`]
    return imports
      .filter((other) => roomOf(other) !== roomOf(file) && floorOf(other) <= floorOf(file))
      .map((other) => `${file} imports ${other}, which is not below it`)
  })

const folderOf = (file: string): string => (file.includes('/') ? dirname(file) : file)

/** The same graph with a node for each folder, and for each file that is in none. */
export const toFolders = (graph: Graph): Graph => {
  const folders = new Map<string, Set<string>>()
  for (const [file, imports] of graph) {
    const from = folderOf(file)
    const known = folders.get(from) ?? new Set()
    folders.set(from, known)
    for (const other of imports) if (folderOf(other) !== from) known.add(folderOf(other))
  }
  return new Map([...folders].map(([folder, others]) => [folder, [...others]]))
}

/** One circle, such as `a -> b -> a`, for each way in which a search comes back to where it is. */
export const findCircles = (graph: Graph): readonly string[] => {
  const done = new Set<string>()
  const visit = (node: string, path: readonly string[]): readonly string[] => {
    const start = path.indexOf(node)
    if (start >= 0) return [[...path.slice(start), node].join(' -> ')]
    if (done.has(node)) return []
    const found = (graph.get(node) ?? []).flatMap((next) => visit(next, [...path, node]))
    done.add(node)
    return found
  }
  return [...graph.keys()].flatMap((node) => visit(node, []))
}

if (import.meta.main) {
  const graph = readImports(relative('.', join(import.meta.dirname, '../../src')))
  const problems = [
    ...findRising(graph),
    ...findCircles(graph).map((circle) => `files in a circle: ${circle}`),
    ...findCircles(toFolders(graph)).map((circle) => `folders in a circle: ${circle}`),
  ]
  for (const problem of problems) console.error(problem)
  process.exitCode = problems.length === 0 ? 0 : 1
}
