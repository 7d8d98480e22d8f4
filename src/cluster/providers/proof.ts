type Labels = Readonly<Record<string, string>>

/** What Docker tells of a container that speaks for or against its being a node. */
export type Claim = {
  readonly HostConfig: { readonly Privileged?: boolean }
  readonly Config: { readonly Labels?: Labels | null }
}

export type ImageOfClaim = { readonly Config?: { readonly Labels?: Labels | null } | null }

/**
 * Why a container with the labels of nodes is no node; undefined when it is one. A container inherits the
 * labels of its image, so whoever makes an image can write them; only who starts a container can make it
 * privileged and give it labels of its own. A node gets commands and, through the helper, its own bash
 * as root of the host: that must be no more than the container has already.
 *
 * @param image undefined when it is gone
 * @param labels those of nodes
 */
export const findObjection = (
  { HostConfig, Config }: Claim,
  image: ImageOfClaim | undefined,
  labels: readonly string[],
): string | undefined => {
  if (HostConfig.Privileged !== true) return 'it is not privileged'
  if (image === undefined) return 'its image is gone, so its labels may come from it'
  const given = Config.Labels ?? {}
  const fromImage = image.Config?.Labels ?? {}
  const inherited = labels.find(
    (label) => given[label] !== undefined && given[label] === fromImage[label],
  )
  return inherited && `its label ${inherited} comes from its image`
}
