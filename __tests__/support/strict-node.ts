import { buildTestImage, uniqueName } from './testbed.ts'

/** What the real ones say of an older kernel at every call, among others. */
export const deprecation =
  'time="2026-01-02T03:04:05Z" level=warning msg="DEPRECATION: cgroup v1 is on its way out"'

/**
 * A program before another one of the same name: it looks for itself first, as the real `crictl` does,
 * and warns before and after what it does.
 */
const strict = `#!/bin/bash
readlink /proc/self/exe >/dev/null || {
  echo 'get executable path: readlink /proc/self/exe: no such file or directory' >&2
  exit 1
}
echo '${deprecation}' >&2
if [[ -e /refusing && "$*" == */proc/*' images import '* && "$*" != */proc/1/* ]]; then
  echo 'ctr: it was refused' >&2
  false
else
  "$0.real" "$@"
fi
code=$?
echo '${deprecation}' >&2
exit "$code"
`

/**
 * Makes an image of the testbed's nodes whose programs are as strict as real ones.
 *
 * @param change what else is done to it: a program is missing, or nothing but `ctr` is there to import, and it
 *   does not for a helper
 */
export const buildStrictNode = async (
  change?: { readonly missing: string } | 'refusing',
): Promise<string> => {
  const tag = `${uniqueName('strict-node')}:1`
  const before = ['ctr', 'crictl'].map(
    (name) =>
      `RUN path=$(command -v ${name}) && mv $path $path.real && cp /strict $path && chmod 755 $path`,
  )
  const last =
    change === undefined
      ? []
      : [
          change === 'refusing'
            ? 'RUN touch /refusing && rm $(command -v perl)'
            : `RUN rm $(command -v ${change.missing})`,
        ]
  const lines = [`FROM ${process.env['SLIPWAY_NODE_IMAGE']}`, 'COPY strict /', ...before, ...last]
  await buildTestImage(tag, lines.join('\n'), { strict })
  return tag
}
