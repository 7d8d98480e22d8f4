import { toLine } from '../../text/to-line.ts'

/** Why kind failed, in its own words, and what to do about it. */
export type KindTrouble = { readonly why: string; readonly remedy: string }

type Rule = {
  readonly pattern: RegExp
  /** Said in place of kind's own line, which names only what it did. */
  readonly why?: (match: RegExpExecArray) => string
  readonly remedy: (match: RegExpExecArray) => string
}

const addressOf = (match: RegExpExecArray): string => match[1] ?? match[2] ?? 'a host port'

/** The most telling first: one fault often brings the words of another. */
const rules: readonly Rule[] = [
  {
    pattern: /no space left on device/i,
    why: () => 'the disk is full (no space left on device)',
    remedy: () =>
      'Free disk before (free-disk), or take a smaller node-image; a node image takes 1 to 2 GB.',
  },
  {
    pattern:
      /(?:Bind for (\S+) failed: )?port is already allocated|(?:bind host port for ([\d.]+:\d+|\[\S+?\]:\d+)\S* )?address already in use/i,
    why: (match) => `${addressOf(match)} is taken on this machine (port is already allocated)`,
    remedy: () =>
      'See who has it with `docker ps`, or leave the hostPort out of kind-config, or take another one. Where kind-config names none, kind chose it: run the job again.',
  },
  {
    pattern: /node\(s\) already exist for a cluster with the name "([^"]+)"/,
    remedy: () =>
      'Somebody made it meanwhile. Run the job again to use it, or take another cluster-name.',
  },
  {
    pattern: /kubelet is configured to not run on a host using cgroup v1/i,
    why: () => 'kubelet is configured to not run on a host using cgroup v1',
    remedy: () => 'Take a machine with cgroup v2, or a node-image of Kubernetes before 1.35.',
  },
  {
    pattern: /too many open files|inotify/i,
    remedy: () =>
      'Raise the limits: `sudo sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512`.',
  },
  {
    pattern: /could not find a log line that matches/,
    remedy: () =>
      'A node did not boot. Mostly inotify is exhausted: `sudo sysctl fs.inotify.max_user_watches=524288 fs.inotify.max_user_instances=512`.',
  },
  {
    pattern: /failed to pull image "([^"]+)"/,
    remedy: (match) =>
      `Pull it before (\`docker pull ${match[1]}\`), log in where it is private, or name one that Docker has by its tag: after \`docker load\`, Docker's classic store does not know a digest.`,
  },
  {
    pattern:
      /unable to decode config|unknown apiVersion|unknown kind|could not determine kind|yaml:|error reading file|invalid (?:configuration|pod subnet|service subnet|ipFamily|kubeProxyMode|apiServerPort)|is not a valid cluster name|must have at least one control-plane/i,
    remedy: () => 'Correct kind-config: https://kind.sigs.k8s.io/docs/user/configuration/.',
  },
  {
    pattern: /failed to (?:patch|restart) containerd/,
    remedy: () =>
      "Correct containerdConfigPatches of kind-config: TOML for version 2 of containerd's configuration, which kind's node images have, also with containerd 2.",
  },
  {
    pattern: /failed to generate kubeadm config content/,
    remedy: () =>
      'Correct kubeadmConfigPatches of kind-config: each is a piece of YAML with a kind, such as ClusterConfiguration.',
  },
  {
    pattern:
      /error while creating mount source path|invalid mount config|invalid volume specification/,
    remedy: () =>
      'Correct extraMounts of kind-config: the machine on which Docker runs has to have each hostPath.',
  },
  {
    pattern: /non-overlapping (?:subnet|IPv4 address pool)/,
    remedy: () => 'Docker has no addresses left for a network: `docker network prune`.',
  },
  {
    pattern: /failed to (?:init|join) node with kubeadm/,
    remedy: () => 'The logs of the nodes say more, in journal.log and kubelet.log.',
  },
  {
    pattern: /Cannot connect to the Docker daemon/i,
    remedy: () => 'Start Docker before this step.',
  },
]

/** Docker's client says its own name first, and ends with a hint at its help. */
const tellsWhy = /^(?:Command Output: )?(?:docker: )?(?:error|fatal|\s*\[ERROR)/i

/** `failed to create cluster: ` and what of a command's output says most: its last line. */
const findReason = (lines: readonly string[]): string => {
  const at = lines.findIndex((line) => line.startsWith('ERROR: '))
  if (at < 0) return lines.findLast((line) => line.trim() !== '') ?? 'it printed nothing'
  // Which command that was says nothing to whoever did not write kind.
  const error = (lines[at] ?? '')
    .slice('ERROR: '.length)
    .replace(/^failed to create cluster: /, '')
    .replace(
      /(?:^|: )command "(docker \S+)?.*" failed with error: .*$/,
      (said, ran = 'a command') => (said.startsWith(': ') ? '' : `${ran} failed`),
    )
  const output = lines.slice(at + 1).filter((line) => line.trim() !== '')
  const telling = output.find((line) => tellsWhy.test(line)) ?? output.at(-1)
  const said = telling?.replace(/^(?:Command Output: )?(?:docker: )?/, '')
  return said === undefined ? error : `${error}: ${said.trim()}`
}

/** Where a line says it, and not the banner of a node. */
const most = 600

/** Explains a creation that failed by what kind printed. */
export const explainKind = (lines: readonly string[]): KindTrouble => {
  const at = lines.findIndex((line) => line.startsWith('ERROR: '))
  const text = (at < 0 ? lines : lines.slice(at)).join('\n')
  const reason = toLine(findReason(lines), most)
  for (const { pattern, why, remedy } of rules) {
    const match = pattern.exec(text)
    if (match !== null) return { why: why?.(match) ?? reason, remedy: remedy(match) }
  }
  return { why: reason, remedy: "kind's output above says more." }
}
