import type { Distribution } from './distributions.ts'

/** NVIDIA's parts of CUDA, not what only asks a driver. */
export const isCudaPart = ({ name }: Distribution): boolean =>
  /^nvidia-(?:cu|nccl|nvtx|nvjitlink|nvjpeg|nvshmem|npp|nvfatbin)|^(?:pytorch-)?triton$/.test(name)

/** Built against one torch each: those of PyPI do not load beside a torch of another index. */
const companions = ['torchvision', 'torchaudio']

const toPip = (names: readonly string[]): string =>
  `\`pip install --index-url https://download.pytorch.org/whl/cpu ${names.map((name) => `${name}==VERSION`).join(' ')}\``

const list = new Intl.ListFormat('en-GB', { style: 'long' })

const first = (names: readonly string[], which: string): string =>
  `Install ${which} first, in a line of its own, by ${toPip(names)}: what comes before that line brings CUDA, which stays when this torch takes its place.`

const forCpus = (names: readonly string[], which: string): string =>
  `Install ${which} for CPUs, in a line of its own before the rest: ${toPip(names)}. uv takes the index from pyproject.toml, with \`explicit = true\` and each of these in \`tool.uv.sources\`: see docs/image-report.md.`

const everyTorch = ['torch', ...companions]
const anyTorch = 'torch (with torchvision and torchaudio, where they are installed)'

/** What the pages say, where nobody has looked into an image. */
export const generalAdvice = {
  orphaned: first(everyTorch, anyTorch),
  unused: `${forCpus(everyTorch, anyTorch)} In place of xgboost, install \`xgboost-cpu\`; install TensorFlow without \`[and-cuda]\`. Where the system has CUDA, begin with an image without it.`,
}

const findBeside = (
  some: readonly Distribution[],
  all: readonly Distribution[],
): readonly Distribution[] => {
  const sites = new Set(some.map(({ site }) => site))
  return all.filter(({ site }) => sites.has(site))
}

const namesOfTorch = (beside: readonly Distribution[]): readonly string[] => [
  'torch',
  ...companions.filter((name) => beside.some((each) => each.name === name)),
]

/** What to install instead of parts that a torch has left behind. */
export const adviseOnOrphaned = (
  parts: readonly Distribution[],
  all: readonly Distribution[],
): string => {
  const names = namesOfTorch(findBeside(parts, all))
  return first(names, list.format(names))
}

/** Who has brought parts of CUDA; that may have been by way of other parts. */
const findRequirers = (
  some: readonly Distribution[],
  beside: readonly Distribution[],
): readonly Distribution[] => {
  const names = new Set(some.map(({ name }) => name))
  // What is added while a set is gone through has its turn, too.
  for (const name of names)
    for (const each of beside)
      if (isCudaPart(each) && each.requires.includes(name)) names.add(each.name)
  return beside.filter(
    (each) =>
      !isCudaPart(each) &&
      (names.has(each.name) || each.requires.some((required) => names.has(required))),
  )
}

/** Their names are written by others. */
const isPlain = ({ name }: Distribution): boolean => /^[a-z\d-]{1,100}$/.test(name)

const adviseOnRequirer = ({ name }: Distribution): string => {
  if (name === 'xgboost') return 'Install `xgboost-cpu` in place of xgboost, which requires it.'
  if (/^(?:tensorflow|tf-nightly)$/.test(name))
    return `Install ${name} without \`[and-cuda]\`, which requires it.`
  return `Install the build for CPUs of ${name}, which requires it, if there is one.`
}

const mostRequirers = 3

/** What to install instead, by who requires CUDA that no pod asks for. */
export const adviseOnUnused = (
  some: readonly Distribution[],
  all: readonly Distribution[],
): string => {
  const beside = findBeside(some, all)
  const requirers = findRequirers(some, beside)
  if (requirers.some(({ name }) => name === 'torch')) {
    const names = namesOfTorch(beside)
    return forCpus(names, list.format(names))
  }
  if (requirers.length === 0)
    return 'Leave these distributions out: none of those beside them requires them.'
  const advice = requirers.filter(isPlain).slice(0, mostRequirers).map(adviseOnRequirer)
  return advice.length === 0 ? generalAdvice.unused : advice.join(' ')
}

/** The same for CUDA of the system. */
export const adviseOnSystem = (isOfBase: boolean): string =>
  isOfBase ? 'Begin with an image without CUDA.' : "Leave CUDA's packages out of this line."
