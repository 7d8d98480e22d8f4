import type { ContainerImage } from '../image/image.ts'
import type { ImageSource } from '../plan/work.ts'
import type { Run } from './ports.ts'

/** The plan has a step wait for the one that makes or holds its image. */
export const findImage = (source: ImageSource, { resultOf }: Run): ContainerImage | undefined => {
  switch (source.kind) {
    case 'built':
      return resultOf('build', source.by)?.image
    case 'held':
      return resultOf('hold-image', source.by)
    case 'unpacked':
      return resultOf('unpack-archive', source.by)
    case 'pulled':
      return resultOf('pull', source.by)?.image
    case 'local':
      return source.image
    case 'elsewhere':
      return undefined
  }
}
