import type { Warning } from '../host/log.ts'
import type { ContainerImage } from '../image/image.ts'
import { toRepository } from '../image/reference.ts'
import type { Container, Workload } from './workload.ts'

/** Registries that Knative does not ask, unless its config says otherwise: knative/serving, pkg/deployment/config.go. */
const skipped: readonly string[] = ['kind.local', 'ko.local', 'dev.local']

type User = Pick<Workload, 'file' | 'kind'> &
  Pick<Container, 'name' | 'image' | 'line'> & { readonly canonical: string }

/**
 * Whether Knative's controller puts another image in the place of the one that is loaded, before there is a pod:
 * knative/serving, pkg/reconciler/revision/resolve.go.
 *
 * @param images what was there before; one with a name by digest may be in a registry, too
 */
export const checkKnative = (
  { file, kind, name, image, canonical, line }: User,
  images: readonly Pick<ContainerImage, 'digestNames'>[],
): readonly Warning[] => {
  const [registry = ''] = canonical.split('/')
  // Kubernetes' own Service has no pods.
  if (kind !== 'Service' || canonical.includes('@') || skipped.includes(registry)) return []
  const isPushed = images.some(({ digestNames }) =>
    digestNames.some((each) => toRepository(each) === toRepository(canonical)),
  )
  if (isPushed) return []
  // So does the library call it with which Knative reads names.
  const asked = registry === 'docker.io' ? 'index.docker.io' : registry
  const message = `The container ${name} of a Knative Service uses ${image}, and Knative asks ${asked} for its digest before it makes pods: unless the image is there, too, it fails (Unable to fetch image), and it runs what is there, not what this step loads. Call the image dev.local/… in both places, or add ${asked} to registries-skipping-tag-resolving in Knative's ConfigMap config-deployment.`
  return [{ message, location: { file, line } }]
}
