import { resolve } from 'node:path'
import type { ClusterRequest } from '../cluster/request.ts'
import type { InputName } from './raw-inputs.ts'
import type { Reader } from './reader.ts'
import { reportOutside } from './report-outside.ts'

const ofCluster = ['kind-config', 'node-image', 'wait', 'kubeconfig'] as const satisfies InputName[]

/** YAML, and no path: a mapping has a colon and a space, or ends its line with one. */
const isInline = (text: string): boolean => /[\n{]|:\s|:$/.test(text)

const readConfig = (reader: Reader): ClusterRequest['config'] => {
  const { text, report, run } = reader
  const given = text('kind-config')
  if (given === undefined) return undefined
  if (isInline(given)) return { kind: 'inline', text: `${given}\n` }
  const path = resolve(run.workspace, given)
  if (reportOutside(reader, 'kind-config', given) && run.kindOf(path) !== 'file') {
    const how = 'Name a file of the workspace, or write the YAML itself.'
    report('kind-config', `there is no such file. ${how}`, given)
  }
  return { kind: 'file', path }
}

const readKubeconfig = (reader: Reader): string | undefined => {
  const { text, report, run } = reader
  const given = text('kubeconfig')
  if (given === undefined) return undefined
  const path = resolve(run.workspace, given)
  if (reportOutside(reader, 'kubeconfig', given) && run.kindOf(path) === 'folder')
    report('kubeconfig', 'it is a folder. Write the path of a file.', given)
  return path
}

/** Reads which cluster the step is to make; undefined for none. */
export const readCluster = (reader: Reader): ClusterRequest | undefined => {
  const { text, word, isTrue, report } = reader
  const isWanted = isTrue('create-cluster')
  const keeps = isTrue('keep-cluster')
  if (!isWanted) {
    const useless = [
      ...ofCluster.filter((name) => text(name) !== undefined),
      ...(keeps ? (['keep-cluster'] as const) : []),
    ]
    for (const name of useless)
      report(
        name,
        'it is for a cluster that this step makes. Set create-cluster: true, or leave it out.',
      )
    return undefined
  }
  return {
    config: readConfig(reader),
    nodeImage: word('node-image'),
    wait: word('wait'),
    kubeconfig: readKubeconfig(reader),
    keeps,
  }
}
