import { clusterPattern } from '../cluster/node.ts'
import type { InputName } from './raw-inputs.ts'

/** What a value has to look like, and what is said of one that does not. */
type Rule = readonly [pattern: RegExp, text: string]

const ofApp: Rule = [
  /^[\w.-]+$/,
  "not the ID of a GitHub App. Copy the Client ID from the App's settings page.",
]

/** Of inputs that are words, or lists or lines of them; values of secrets are not shown, and not here. */
export const grammar = {
  'client-id': ofApp,
  'app-id': ofApp,
  owner: [
    /^[\w.-]+$/,
    'not a user or an organization. Write the name alone, as in github.com/NAME.',
  ],
  repositories: [
    /^(?:[\w.-]+\/)?[\w.-]+$/,
    'not the name of a repository. Write its name, or owner/name.',
  ],
  'secret-id': [
    /^[\w.-]+$/,
    'not a valid value. Use letters, digits, dots, dashes and underscores.',
  ],
  ssh: [
    /^[\w.-]+(=.+)?$/,
    'not what --ssh takes. Write default, or id=path of a socket or key, one a line.',
  ],
  'add-hosts': [
    /^[\w.-]+[:=](?:host-gateway|[\da-f.:[\]]+)$/i,
    'not a host with its address. Write name:address, such as db:10.0.0.7, or name:host-gateway.',
  ],
  annotations: [
    /^(?:[\w,[\]/-]+:)?[^\s=:]+=/,
    'not an annotation. Write key=value, or LEVEL:key=value with a level such as index or manifest.',
  ],
  attests: [
    /(?:^|,)type=[\w.-]+(?:,|$)/,
    'not an attestation. Write type=sbom or type=provenance, and its parameters after commas.',
  ],
  'no-cache-filters': [/^[\w.-]+$/, 'not the name of a build stage. Write names of stages.'],
  outputs: [
    /^(?!-$)(?!.*[$%]\{)(?!.*\bdest=-(?:,|$))./,
    'no place for an output. Write type=TYPE,dest=PATH as for --output; a step has no standard output, and Bake would evaluate ${.',
  ],
  platforms: [
    /^[a-z0-9][a-z0-9_-]*(?:\/[\w.-]+){0,2}$/,
    'not a platform. Write OS/ARCHITECTURE, such as linux/amd64 or linux/arm64.',
  ],
  'shm-size': [
    /^\d+(?:\.\d+)?[bkmg]?b?$/i,
    'not a size. Write a number with a unit, such as 128m.',
  ],
  ulimit: [
    /^\w+=-?\d+(?::-?\d+)?$/,
    'not a limit. Write name=soft or name=soft:hard, such as nofile=1024:4096, one a line.',
  ],
  builder: [
    /^\w[\w.-]*$/,
    'not the name of a builder. Write a name that `docker buildx ls` shows.',
  ],
  targets: [
    /^[a-zA-Z0-9_][a-zA-Z0-9_.-]*$/,
    'not the name of a target. Write names of targets or groups, as the Bake file has them.',
  ],
  'bake-set': [
    /^[^\s.=]+\.[^\s=]+=/,
    'not a change to a target. Write TARGET.KEY=VALUE, as for `docker buildx bake --set`.',
  ],
  allow: [
    /^(?:fs(?:\.read|\.write)?=.+|network\.host|security\.insecure|ssh|device(?:=.+)?|buildx\.local\.delete)$/,
    'unknown. Write fs=PATH, fs.read=PATH, fs.write=PATH, network.host, security.insecure, ssh, device, device=NAME or buildx.local.delete.',
  ],
  'cache-mounts': [
    /^[\w./:@+~=-]{1,200}$/,
    'not the id of a cache mount. Write the id of RUN --mount=type=cache, or its target, without commas, quotes and variables, one a line.',
  ],
  'images-from-exclude': [
    /^[\w./:@*?[\]-]+$/,
    'not the name of an image. Write names, in which * stands for any text, such as ghcr.io/acme/*.',
  ],
  retries: [/^[0-9]$/, 'not a number of tries. Write 0 to 9.'],
  parallel: [/^[1-9][0-9]?$/, 'not a number of builds. Write 1 to 99.'],
  'node-image': [
    /^[a-z0-9][\w./:@-]*$/i,
    'not the name of an image. Write NAME:TAG, such as kindest/node:v1.33.1.',
  ],
  wait: [
    /^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/,
    'not a duration. Write one as kind takes it, such as 60s or 5m.',
  ],
  'containerd-address': [
    /^(?:\/[\w.@+-]+)+$/,
    'not the path of a socket. Write it from the root, such as /run/containerd/containerd.sock.',
  ],
  'cluster-name': [
    clusterPattern,
    'not a valid value. Use the name that `kind get clusters` shows.',
  ],
} as const satisfies Partial<Record<InputName, Rule>>
