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
  targets: [
    /^[a-zA-Z0-9_][a-zA-Z0-9_.-]*$/,
    'not the name of a target. Write names of targets or groups, as the Bake file has them.',
  ],
  'bake-set': [
    /^[^\s.=]+\.[^\s=]+=/,
    'not a change to a target. Write TARGET.KEY=VALUE, as for `docker buildx bake --set`.',
  ],
  allow: [
    /^(?:fs(?:\.read|\.write)?=.+|network\.host|security\.insecure|ssh|device(?:=.+)?)$/,
    'unknown. Write fs=PATH, fs.read=PATH, fs.write=PATH, network.host, security.insecure, ssh, device or device=NAME.',
  ],
  retries: [/^[0-9]$/, 'not a number of tries. Write 0 to 9.'],
  parallel: [/^[1-9][0-9]?$/, 'not a number of builds. Write 1 to 99.'],
  'cluster-name': [
    clusterPattern,
    'not a valid value. Use the name that `kind get clusters` shows.',
  ],
} as const satisfies Partial<Record<InputName, Rule>>
