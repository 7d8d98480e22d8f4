import type { Pod } from './parse-cluster.ts'

type Why = { readonly why: string; readonly remedy: string }

/** What is known of a message, by the groups of the words that it matched. */
type Row = readonly [words: RegExp, explain: (pod: Pod, groups: readonly string[]) => Why]

const kinds: Readonly<Record<string, string>> = {
  c: 'ConfigMap',
  s: 'Secret',
}

const toKind = (word: string): string => kinds[word.charAt(0).toLowerCase()] ?? word

/** Of the service account's token, which nobody wrote into a manifest, and which has another name in each pod. */
const ownVolume = /^kube-api-access-/

const lacks = (kind: string, name: string, { namespace }: Pod, volume?: string): Why => ({
  why:
    volume === undefined
      ? `${kind} ${name} is not in namespace ${namespace}`
      : `its volume ${volume} needs ${kind} ${name}, which is not in namespace ${namespace}`,
  remedy:
    'Create it before the pod, or correct the name in the manifest; what may be missing is `optional: true`.',
})

const lacksKey = (key: string, holder: string): Why => ({
  why: `${holder} has no key ${key}`,
  remedy:
    'Add the key, or correct its name in the manifest; what may be missing is `optional: true`.',
})

const nonRoot = (why: string): Why => ({
  why,
  remedy:
    'Give the image a user by number (`USER 1000` in its Dockerfile), or set securityContext.runAsUser.',
})

const command = (why: string): Why => ({
  why,
  remedy:
    "Compare the pod's command with the image's: a command with arguments is a list, not one text; what a multi-stage build made has to be copied into its last stage, with its mode.",
})

const volume = String.raw`^MountVolume\.SetUp failed for volume "([^"]+)" : `

const rows: readonly Row[] = [
  [
    new RegExp(`${volume}(configmap|secret)s? "([^"]+)" not found$`),
    (pod, [of = '', kind = '', name = '']) =>
      lacks(toKind(kind), name, pod, ownVolume.test(of) ? undefined : of),
  ],
  [
    new RegExp(`${volume}(?:configmap )?references non-existent (config|secret) key: (.+)$`),
    (_, [of, kind = '', key = '']) => lacksKey(key, `the ${toKind(kind)} of its volume ${of}`),
  ],
  [
    new RegExp(`${volume}hostPath (?:type check failed[:,] )?(.+)$`),
    (_, [of, why]) => ({
      why: `its volume ${of} is a hostPath, and ${why}`,
      remedy:
        'A hostPath is a path of the node, not of the runner: mount it into the nodes (extraMounts of kind), or put the files there with node-files.',
    }),
  ],
  [
    new RegExp(`${volume}failed to fetch token: serviceaccounts? "([^"]+)" not found$`),
    (pod, [, name = '']) => lacks('ServiceAccount', name, pod),
  ],
  [
    /^(configmap|secret)s? "([^"]+)" not found$/,
    (pod, [kind = '', name = '']) => lacks(toKind(kind), name, pod),
  ],
  [
    /^couldn't find key (\S+) in (ConfigMap|Secret) [^/]+\/(\S+)$/,
    (_, [key = '', kind, name]) => lacksKey(key, `${kind} ${name}`),
  ],
  [
    /^container has runAsNonRoot and image will run as root/,
    () => nonRoot('its pod demands runAsNonRoot, and its image runs as root'),
  ],
  [
    /^container has runAsNonRoot and image has non-numeric user \((.+)\)/,
    (_, [user]) =>
      nonRoot(`its pod demands runAsNonRoot, and its image's user ${user} is a name, not a number`),
  ],
  [
    /^container's runAsUser breaks non-root policy/,
    () => nonRoot('its pod demands runAsNonRoot, and its runAsUser is 0'),
  ],
  [
    /^error mounting$/,
    () => ({
      why: 'a file or folder cannot be mounted into it',
      remedy:
        'Compare mountPath and subPath with the image and the volume: a file is mounted over a file, a folder over a folder.',
    }),
  ],
  [
    /^chdir to cwd$/,
    () => ({
      why: 'its working directory is not there, or not for its user',
      remedy: "Compare workingDir, or the image's WORKDIR, with the image and its user.",
    }),
  ],
  [/^no command specified$/, () => command('neither it nor its image has a command')],
  [/^executable file not found in \$PATH$/, () => command('its image has no such command on PATH')],
  [
    /^exec: no such file or directory$/,
    () => command("its image has no file of its command's name"),
  ],
  [/^exec: permission denied$/, () => command('its command may not be executed')],
  [
    /^container init was OOM-killed$/,
    () => ({
      why: 'its memory limit is too low for it to begin',
      remedy: 'Raise limits.memory: a container takes some MB before its program runs.',
    }),
  ],
  [
    /can't get final child's PID from pipe: EOF/,
    () => ({
      why: 'the container runtime may not lower OOM scores on this machine',
      remedy:
        "Set `restrict_oom_score_adj = true` in the CRI section of the nodes' containerd configuration (containerdConfigPatches of kind).",
    }),
  ],
  [
    /^network is not ready|failed to setup network for sandbox|cni plugin not initialized/i,
    () => ({
      why: 'its node has no network for pods yet, or that fails',
      remedy:
        "Wait until the nodes are ready (`kubectl wait --for=condition=Ready nodes --all`); see the network plugin's own pods in kube-system.",
    }),
  ],
]

/**
 * Says why something does not start.
 *
 * @param words a kubelet's, or what is known of them (kubectl/known-words.txt)
 * @returns undefined where they are not known
 */
export const explainStart = (words: string, pod: Pod): Why | undefined => {
  for (const [pattern, explain] of rows) {
    const found = pattern.exec(words)
    if (found !== null) return explain(pod, found.slice(1))
  }
  return undefined
}
