/** Repository of all images that the bench makes; the tag starts with the session's ID. */
export const imageName = 'slipway-bench'

/** As containerd and CRI write the name. */
export const toCanonical = (ref: string): string => `docker.io/library/${ref}`
