import { join } from 'node:path'
import { bases, prefix } from './bases.ts'
import type { Case, Lines, LookAlike } from './case.ts'
import { makeWheels } from './wheels.ts'
import { writeTree } from './write-tree.ts'

/** One image of a case. */
export type CaseImage = {
  readonly tag: string
  /** Its Dockerfile, in the workspace. */
  readonly file: string
}

/** Images that get a folder with one Dockerfile or two. */
type Written = LookAlike & Partial<Pick<Case, 'sin' | 'pods'>>

const slugOf = (name: string): string => name.toLowerCase().replaceAll(/[^a-z\d]+/g, '-')

export const toImage = (name: string, side: 'sin' | 'clean'): CaseImage => {
  const slug = slugOf(name)
  return { tag: `${prefix}/${slug}:${side}`, file: `${slug}/${side}.Dockerfile` }
}

/** With the names of this run's bases. */
const toDockerfile = (lines: Lines): string =>
  `${lines
    .map((line) =>
      line.replace(/^FROM (\w+)/, (_, base: string) => `FROM ${bases[base as keyof typeof bases]}`),
    )
    .join('\n')}\n`

const toBuild = ({ tag, file }: CaseImage): string =>
  `- { name: ${file.replace('/', '-').replace('.Dockerfile', '')}, context: ${file.replace(/\/.*/, '')}, file: ${file}, tags: '${tag}', build-contexts: 'wheels=wheels' }`

const toPod = ({ tag }: CaseImage, resources: string): string =>
  `kind: Pod\napiVersion: v1\nmetadata: { name: ${tag.replace(/.*[/:]/, '')} }\nspec: { containers: [{ name: a, image: '${tag}', imagePullPolicy: Never, resources: ${resources} }] }\n`

const writeOne = async (
  workspace: string,
  { name, clean, sin, files = {}, ignored, prepare }: Written,
): Promise<void> => {
  const own = join(workspace, slugOf(name))
  await writeTree(own, {
    ...files,
    'clean.Dockerfile': toDockerfile(clean),
    ...(sin && { 'sin.Dockerfile': toDockerfile(sin) }),
    ...(ignored && { 'clean.Dockerfile.dockerignore': `${ignored.join('\n')}\n` }),
  })
  await prepare?.(own)
}

const imagesOf = ({ name, sin }: Written): readonly CaseImage[] =>
  (sin === undefined ? (['clean'] as const) : (['sin', 'clean'] as const)).map((side) =>
    toImage(name, side),
  )

const podsOf = ({ name, pods }: Written): readonly string[] =>
  pods === undefined
    ? []
    : [toPod(toImage(name, 'sin'), pods.sin), toPod(toImage(name, 'clean'), pods.clean)]

/** The input `builds` of a step that builds these. */
export const toBuilds = (all: readonly Written[]): string =>
  all.flatMap((each) => imagesOf(each).map(toBuild)).join('\n')

/** Writes contexts and Dockerfiles, the wheels of all, and the pods of some as `pods.yaml`. */
export const writeCases = async (workspace: string, all: readonly Written[]): Promise<void> => {
  await Promise.all([
    makeWheels(join(workspace, 'wheels')),
    writeTree(workspace, { 'pods.yaml': all.flatMap(podsOf).join('---\n') }),
    ...all.map((each) => writeOne(workspace, each)),
  ])
}
