/** Where a token can be found. A place that is by design is told of, and is no leak. */
export type Place = { readonly title: string; readonly byDesign?: true }

export const places = {
  output: { title: "The step's outputs" },
  state: { title: "The step's saved state" },
  env: { title: "The job's environment and path, for all later steps" },
  summary: { title: "The job's summary" },
  log: { title: 'The log, as people read it' },
  printed: { title: 'What the step prints, before the runner masks it' },
  runner: { title: "Other files in the runner's temp folder" },
  environ: { title: 'Environment of a process' },
  cmdline: { title: 'Command line of a process' },
  proc: { title: '`/proc`, as a build sees it that has it as its context' },
  open: { title: "File without a name, open in a process that is not the step's" },
  image: { title: "The image's configuration and history" },
  record: { title: 'Build record, with arguments, provenance and log' },
  daemon: { title: "The daemon's files: every layer, container and build cache" },
  inspect: { title: '`docker inspect` of everything' },
  node: { title: "The node's files" },
  files: { title: 'Any other file: workspace, home, `/tmp`, `/dev/shm`, logs' },
  core: { title: 'Core dump, when a process of the step crashes' },
  own: {
    title: "File without a name, in memory, open in the step's own processes",
    byDesign: true,
  },
  mount: { title: 'What BuildKit mounts, in memory, for the `RUN` that asks', byDesign: true },
} as const satisfies Readonly<Record<string, Place>>

export type PlaceId = keyof typeof places

/** How long a token was there; a later one covers an earlier one. */
export const moments = ['build', 'job', 'stays'] as const

export type Moment = (typeof moments)[number]

export type Hit = {
  readonly way: string
  readonly place: PlaceId
  readonly moment: Moment
  /** A path, a process: for people who look into it. */
  readonly where: string
}

/** Folders by which a file's place is known. */
export type Landmarks = {
  readonly dataRoot: string
  /** Volumes and process roots of the nodes. */
  readonly nodeFolders: readonly string[]
}

const commandFiles: readonly (readonly [prefix: string, place: PlaceId])[] = [
  ['set_output_', 'output'],
  ['save_state_', 'state'],
  ['set_env_', 'env'],
  ['add_path_', 'env'],
  ['step_summary_', 'summary'],
]

/** What a path tells about the place; the runner's folders are those of its double. */
export const placeOfFile = (path: string, { dataRoot, nodeFolders }: Landmarks): PlaceId => {
  const command = /\/_runner_file_commands\/([^/]+)$/.exec(path)?.[1]
  const known = commandFiles.find(([prefix]) => command?.startsWith(prefix))
  if (known !== undefined) return known[1]
  if (path.includes('/_work/_temp/')) return 'runner'
  if (nodeFolders.some((folder) => path.startsWith(`${folder}/`))) return 'node'
  if (path.startsWith(`${dataRoot}/tmp/buildkit-secrets`)) return 'mount'
  return path.startsWith(`${dataRoot}/`) ? 'daemon' : 'files'
}

/** A job's temp folder goes with the job; nobody removes anything else. */
export const momentOfFile = (path: string): Moment =>
  path.includes('/_work/_temp/') ? 'job' : 'stays'
