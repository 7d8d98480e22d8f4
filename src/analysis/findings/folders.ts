import type { Rule } from './finding.ts'

/** A rule about a folder and all that is in it. */
export type FolderRule = Rule & {
  readonly folder: RegExp
  /** Less, of one line, is not worth a word. */
  readonly leastBytes: number
  /** Only where a line has copied it from the build's context. */
  readonly isFromContext?: true
  /** A file that such a folder has. */
  readonly mark?: string
  /** Names of files that say, anywhere in the image, that the program runs from such folders. */
  readonly unless?: RegExp
  /** A path below such a folder that says that programs run from that one. */
  readonly runs?: RegExp
  /** A path below such a folder without which it is only called so. */
  readonly sign?: RegExp
  /** The fix where the folders are these, as paths of a container; undefined where it names none. */
  readonly fixFor?: ((folders: readonly string[]) => string) | undefined
}

const mb = 1_000_000

const cacheFix = (folders: readonly string[], but = ''): string => {
  // npm has logs beside what it caches.
  const targets = new Set(folders.map((folder) => folder.replace(/\/_cacache$/, '')))
  const mounts = [...targets].map((target) => `\`--mount=type=cache,target=${target}\``).join(', ')
  return targets.size === 1
    ? `Mount a cache in the RUN that fills it (${mounts}), or remove the folder in the same RUN${but}.`
    : `Mount caches in the RUN that fills them (${mounts}), or remove the folders in the same RUN${but}.`
}

const cache = (id: string, tool: string, folder: RegExp, path: string): FolderRule => ({
  id,
  level: 'warning',
  what: `The cache of ${tool}`,
  folder,
  leastBytes: mb,
  fix: cacheFix([path]),
  fixFor: (folders) => cacheFix(folders),
  removes: 'files',
})

const butPoetry = ', but not `virtualenvs` beside what is cached, where Poetry installs'

const home = '(?:^|/)'

const caches: readonly FolderRule[] = [
  {
    ...cache('cache-apt', 'apt', /^var\/(?:lib\/apt\/lists|cache\/apt)$/, '/var/lib/apt'),
    fix: 'Write `rm -rf /var/lib/apt/lists/*` and `apt-get clean` at the end of the same RUN, or mount caches at /var/lib/apt and /var/cache/apt.',
    fixFor: undefined,
  },
  cache('cache-apk', 'apk', /^var\/cache\/apk$/, '/var/cache/apk'),
  cache('cache-dnf', 'dnf', /^var\/cache\/(?:dnf|yum|libdnf5)$/, '/var/cache/dnf'),
  cache('cache-pip', 'pip', new RegExp(`${home}\\.cache/pip$`), '/root/.cache/pip'),
  {
    ...cache('cache-uv', 'uv', new RegExp(`${home}\\.cache/uv$`), '/root/.cache/uv'),
    // `uvx`, and scripts that name what they need, have their environments there.
    runs: /\/pyvenv\.cfg$/,
  },
  {
    // Beside them is `virtualenvs`, which is no cache: unless told otherwise, Poetry installs there.
    ...cache(
      'cache-poetry',
      'Poetry',
      new RegExp(`${home}\\.cache/pypoetry/(?:cache|artifacts)$`),
      '/root/.cache/pypoetry/cache',
    ),
    fix: cacheFix(['/root/.cache/pypoetry/cache', '/root/.cache/pypoetry/artifacts'], butPoetry),
    fixFor: (folders) => cacheFix(folders, butPoetry),
  },
  {
    ...cache(
      'cache-conda',
      'conda',
      /(?:^|\/)(?:(?:ana|mini)?conda|(?:mini|mamba)forge|(?:micro)?mamba)\d?\/pkgs$/i,
      '/opt/conda/pkgs',
    ),
    // Not the folder `conda-meta` beside it: micromamba has none where it made no base environment.
    sign: /\/pkgs\/(?:urls(?:\.txt)?|[^/]+\.(?:conda|tar\.bz2)|[^/]+\/info\/index\.json)$/,
    fix: 'Write `conda clean --all --yes` at the end of the same RUN, or mount a cache at its folder `pkgs`.',
    fixFor: undefined,
  },
  cache('cache-npm', 'npm', new RegExp(`${home}\\.npm/_cacache$`), '/root/.npm'),
  {
    ...cache(
      'cache-yarn',
      'Yarn',
      /(?:^|\/)(?:\.cache\/yarn|\.yarn\/(?:berry\/)?cache)$/,
      '/usr/local/share/.cache/yarn',
    ),
    // Plug'n'Play: programs load their packages out of the cache.
    unless: /^\.pnp\.c?js$/,
  },
  {
    ...cache(
      'cache-pnpm',
      'pnpm',
      /(?:^|\/)(?:\.pnpm-store|\.local\/share\/pnpm\/store|\.cache\/pnpm)$/,
      '/root/.local/share/pnpm/store',
    ),
    // Its global virtual store, which node_modules are links into: of global packages from pnpm 11 on.
    runs: /(?:\.pnpm-store|\/store)\/v\d+\/links\/./,
  },
  {
    ...cache(
      'cache-go',
      'Go',
      /(?:^|\/)(?:\.cache\/go-build|go\/pkg\/mod)$/,
      '/root/.cache/go-build',
    ),
    sign: /\.cache\/go-build\/|\/pkg\/mod\/cache\/download\//,
  },
  cache(
    'cache-cargo',
    'Cargo',
    /(?:^|\/)(?:\.cargo|cargo)\/registry$/,
    '/usr/local/cargo/registry',
  ),
]

const copied: readonly FolderRule[] = [
  {
    id: 'git-folder',
    level: 'warning',
    removes: 'files',
    what: 'A Git repository',
    folder: /(?:^|\/)\.git$/,
    mark: 'HEAD',
    leastBytes: 100_000,
    fix: 'Write `.git` into .dockerignore; clone with `--depth=1` and remove it in the same RUN.',
    doubt: 'a program may read its own version from it',
  },
  {
    id: 'node-modules-cache',
    level: 'warning',
    removes: 'files',
    what: "Build tools' cache in node_modules/.cache",
    folder: /(?:^|\/)node_modules\/\.cache$/,
    leastBytes: mb,
    fix: 'Mount a cache there in the RUN that builds, and write `**/node_modules` into .dockerignore.',
  },
  {
    id: 'virtual-environment',
    level: 'warning',
    what: 'A virtual environment of the build context',
    folder: /(?:^|\/)[^/]+$/,
    mark: 'pyvenv.cfg',
    isFromContext: true,
    leastBytes: mb,
    fix: 'Write its folder into .dockerignore, and install in the image: its programs are for another machine.',
  },
  {
    id: 'node-modules-copied',
    level: 'info',
    what: 'node_modules of the build context',
    folder: /(?:^|\/)node_modules$/,
    isFromContext: true,
    leastBytes: 10 * mb,
    fix: 'Write `**/node_modules` into .dockerignore, and install in the image.',
    doubt: 'it may be built outside on purpose',
  },
]

const packages = '(?:site-packages|dist-packages|node_modules)'

const needless: readonly FolderRule[] = [
  {
    id: 'bytecode',
    level: 'info',
    what: "Python's bytecode beside its sources",
    folder: /(?:^|\/)__pycache__$/,
    leastBytes: 10 * mb,
    fix: 'Install with `pip install --no-compile` (PYTHONDONTWRITEBYTECODE keeps only programs that run from writing it, not pip).',
    doubt: 'programs start slower without it',
  },
  {
    id: 'tests',
    level: 'info',
    what: 'Tests of installed packages',
    folder: new RegExp(`(?:^|/)${packages}/(?:[^/]+/)*(?:tests?|__tests__)$`),
    leastBytes: 10 * mb,
    fix: 'Remove them in the RUN that installs the packages.',
    doubt: 'some packages import their own tests',
  },
  {
    id: 'documentation',
    level: 'info',
    what: 'Documentation and manuals',
    folder: /^usr\/(?:local\/)?share\/(?:doc|man|info)$/,
    leastBytes: 10 * mb,
    fix: 'Exclude them by a file in /etc/dpkg/dpkg.cfg.d, or remove them in the RUN that installs.',
  },
  {
    id: 'locales',
    level: 'info',
    what: 'Translations of system programs',
    folder: /^usr\/(?:local\/)?share\/(?:locale|i18n)$/,
    leastBytes: 10 * mb,
    fix: 'Exclude them by a file in /etc/dpkg/dpkg.cfg.d, or remove them in the RUN that installs.',
  },
]

export const folderRules: readonly FolderRule[] = [...caches, ...copied, ...needless]
