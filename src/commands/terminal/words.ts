import type { InputName } from '../../inputs/raw-inputs.ts'

/** What help says of a flag: its value's name, and what it is, on one line. */
export const words: Readonly<Partial<Record<InputName, readonly [value: string, text: string]>>> = {
  'bake-files': ['FILE', 'Bake or Compose files with the builds'],
  'build-args': ['NAME=VALUE', 'a variable of the build; may be repeated'],
  cluster: ['WORD', 'kind, k3d, minikube, or containerd: this machine'],
  'cluster-name': ['NAME', 'same as --name'],
  file: ['FILE', 'the Dockerfile'],
  'image-limit-action': ['WORD', 'error or warning, for what is beyond its limit'],
  'image-report': ['WORD', 'auto, or full to compare all large files'],
  'image-size-limit': ['SIZE', 'how large images may be, such as 2GB'],
  'keep-images': ['WORD', "auto, true or false: whether Docker's copies stay"],
  builder: ['NAME', 'the builder of buildx to look at'],
  'load-mode': ['WORD', 'auto, reflink, link, copy, stream or kind'],
  manifests: ['GLOB', 'Kubernetes manifests to check beside the build'],
  'node-files-images': ['', 'also make images of them, for image volumes'],
  'node-files-prune': ['', 'remove files of earlier runs that are not named'],
  'node-files-verify': ['', 'compare all files with their digests'],
  nodes: ['NODES', 'comma separated list of nodes (default: all)'],
  'pull-images': ['WORD', 'never, missing or always'],
  push: ['', 'push the images to their registries, too'],
  'secret-envs': ['ID=VARIABLE', 'a secret of the build from a variable'],
  tags: ['NAME:TAG', 'names of the image; may be repeated'],
  targets: ['NAMES', 'targets or groups of the Bake files'],
}
