import type { Reader } from './document.ts'
import type { PodPulls } from './workload.ts'

const hasSecrets = ({ at, items }: Reader, node: unknown): boolean =>
  items(at(node, 'imagePullSecrets')).length > 0

/** @param spec of a pod */
export const readPulls = (reader: Reader, spec: unknown): PodPulls => ({
  hasSecrets: hasSecrets(reader, spec),
  account: reader.text(reader.at(spec, 'serviceAccountName')) || 'default',
})

/** Whether an object gives secrets for pulling to the pods that run under its name. */
export const readAccount = (reader: Reader, kind: string, node: unknown): boolean =>
  kind === 'ServiceAccount' && hasSecrets(reader, node)
