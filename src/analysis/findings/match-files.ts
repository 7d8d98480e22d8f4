import type { Placed } from '../../image/contents/merge.ts'
import type { Match, Rule } from './finding.ts'
import { adviseOnModels, adviseOnPointers } from './model-advice.ts'
import { isBase, keyOf, nameOf, type Subject } from './subject.ts'

/** A rule about files that may need a look into their first bytes. */
type FileRule = Rule & {
  readonly name: RegExp
  readonly leastBytes: number
  readonly mostBytes?: number
  /** Less, of one line, is not worth a word. */
  readonly leastTotal?: number
  /** What the beginning of the file has to be. */
  readonly isIt?: (head: Buffer) => boolean
}

const mb = 1_000_000

const modelName = /\.(?:safetensors|gguf|ggml|onnx|pt|pth|bin|ckpt|h5|keras|tflite|pb|msgpack)$/i

const lfsHead = 'version https://git-lfs.github.com/spec/'

/** ELF, and of its types the one of a dump (elf.h: ET_CORE). */
const isCoreDump = (head: Buffer): boolean =>
  head.length >= 18 && head.readUInt32BE(0) === 0x7f454c46 && head.readUInt16LE(16) === 4

export const fileRules: readonly FileRule[] = [
  {
    id: 'model-file',
    level: 'warning',
    what: 'A model in the image',
    name: modelName,
    leastBytes: 100 * mb,
    fix: 'Keep it out of the image: give it to the nodes with `node-files`, and mount it in the pod (docs/models.md). A new image does not carry it again.',
    doubt: 'an image that must work on its own needs it',
  },
  {
    id: 'lfs-pointer',
    level: 'error',
    what: 'A pointer of Git LFS in place of the file',
    name: /\.\w{1,12}$/,
    leastBytes: 100,
    mostBytes: 300,
    isIt: (head) => head.toString('latin1').startsWith(lfsHead),
    fix: 'Set `lfs: true` on actions/checkout, or run `git lfs pull` before the build. A model need not be in the image: `node-files` takes `lfs:PATH` (docs/models.md).',
  },
  {
    id: 'core-dump',
    level: 'warning',
    removes: 'files',
    what: 'A core dump',
    name: /^core(?:\.\d+)?$|\.core$/,
    leastBytes: 10_000,
    isIt: isCoreDump,
    fix: 'Find out which program crashed in this RUN, and remove the file.',
  },
  {
    id: 'log-file',
    level: 'warning',
    removes: 'files',
    what: 'A log of more than 10 MB',
    name: /\.log$/,
    leastBytes: 10 * mb,
    fix: 'Remove it in the same RUN.',
  },
  {
    id: 'static-libraries',
    level: 'info',
    what: 'Static libraries, which only a linker reads',
    name: /\.a$/,
    leastBytes: 1,
    leastTotal: 10 * mb,
    fix: 'Build in a stage of its own and copy what runs.',
    doubt: 'an image that compiles needs them',
  },
]

/** What is better said of these files than of all that the rule is about. */
const adviseOn = (
  { id }: Rule,
  paths: readonly string[],
  layer: number,
  subject: Subject,
): Pick<Match, 'fix'> => {
  if (id === 'model-file') return { fix: adviseOnModels(paths, layer, subject) }
  const areModels = id === 'lfs-pointer' && paths.every((path) => modelName.test(path))
  const fix = areModels ? adviseOnPointers(paths, layer, subject) : undefined
  return fix === undefined ? {} : { fix }
}

const headBytes = 200

/** More candidates would take longer than they are worth. */
const mostHeads = 2_000

/** What rules about files find, for each line that has put some there. */
export const matchFiles = async (subject: Subject): Promise<readonly Match[]> => {
  const found: { readonly rule: FileRule; readonly placed: Placed }[] = []
  const seen = new Set<string>()
  for (const placed of subject.merged.visible) {
    const { entry, layer } = placed
    if (entry.type !== 'f' || isBase(subject, layer)) continue
    for (const rule of fileRules) {
      const { leastBytes, mostBytes = Number.POSITIVE_INFINITY, name } = rule
      if (entry.sizeBytes < leastBytes || entry.sizeBytes > mostBytes) continue
      if (!name.test(nameOf(entry)) || seen.has(keyOf(placed))) continue
      seen.add(keyOf(placed))
      found.push({ rule, placed })
    }
  }
  const looked = found.filter(({ rule }) => rule.isIt !== undefined).slice(0, mostHeads)
  const heads = await Promise.all(
    looked.map(({ placed: { layer, entry } }) =>
      subject.files.bytes(layer, entry.path, 0, headBytes),
    ),
  )
  const confirmed = [
    ...found.filter(({ rule }) => rule.isIt === undefined),
    ...looked.filter(({ rule }, at) => rule.isIt?.(heads[at] ?? Buffer.alloc(0))),
  ]
  const groups = Map.groupBy(confirmed, ({ rule, placed }) => `${rule.id} ${placed.layer}`)
  return [...groups.values()].flatMap((group) => {
    const [first] = group
    const sorted = group
      .map(({ placed }) => placed.entry)
      .toSorted((a, b) => b.sizeBytes - a.sizeBytes)
    const bytes = sorted.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    if (first === undefined || bytes < (first.rule.leastTotal ?? 0)) return []
    const paths = sorted.map(({ path }) => path)
    const { rule, placed } = first
    const { layer } = placed
    return [{ rule, layer, bytes, paths, ...adviseOn(rule, paths, layer, subject) }]
  })
}
