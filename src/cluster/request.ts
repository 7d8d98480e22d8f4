/** A cluster that the step is to make, in kind's words. */
export type ClusterRequest = {
  readonly config:
    | { readonly kind: 'file'; readonly path: string }
    | { readonly kind: 'inline'; readonly text: string }
    | undefined
  readonly nodeImage: string | undefined
  /** How long kind waits until the control plane is ready, such as `60s`. */
  readonly wait: string | undefined
  /** An absolute path; undefined for the one that kind takes. */
  readonly kubeconfig: string | undefined
  /** Whether the cluster outlives the job. */
  readonly keeps: boolean
}
