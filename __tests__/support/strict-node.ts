import { buildTestImage, docker, uniqueName } from './testbed.ts'

/** What the real ones say of an older kernel at every call, among others. */
const warning =
  'time="2026-01-02T03:04:05Z" level=warning msg="DEPRECATION: cgroup v1 is on its way out"'

/**
 * A program before another one of the same name: it looks for itself first, as the real `crictl` does,
 * and warns.
 */
const strict = `#!/bin/sh
readlink /proc/self/exe >/dev/null || {
  echo 'get executable path: readlink /proc/self/exe: no such file or directory' >&2
  exit 1
}
echo '${warning}' >&2
exec "$0.real" "$@"
`

/** Makes an image of the testbed's nodes whose programs are as strict as real ones, and one is missing. */
export const buildStrictNode = async (missing: string | undefined): Promise<string> => {
  const tag = `${uniqueName('strict-node')}:1`
  const base = await docker('inspect', '--format', '{{.Config.Image}}', 'kind-control-plane')
  const before = ['ctr', 'crictl'].map(
    (name) =>
      `RUN path=$(command -v ${name}) && mv $path $path.real && cp /strict $path && chmod 755 $path`,
  )
  const without = missing === undefined ? '' : `RUN rm $(command -v ${missing})`
  const lines = [`FROM ${base}`, 'COPY strict /', ...before, without]
  await buildTestImage(tag, lines.join('\n'), { strict })
  return tag
}
