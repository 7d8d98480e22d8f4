import type { Inputs } from '../../inputs/inputs.ts'
import type { RawInputs } from '../../inputs/raw-inputs.ts'
import type { Secret } from '../../secret.ts'
import { isTooPlain, maskPrivateKey, maskSecret, maskToken } from '../../token/masks.ts'
import type { Runner } from './runner.ts'

/** Programs print a file's bytes as UTF-8, and few of them its byte order mark. */
const toPrinted = (value: Secret): string =>
  value
    .exposeBytes()
    .toString()
    .replace(/^\ufeff/, '')

/** Nothing may print before the secrets that came as inputs are hidden. */
export const maskInputs = (
  { credentials, secrets, comment }: Inputs,
  given: RawInputs,
  runner: Pick<Runner, 'mask' | 'warning'>,
): void => {
  const { mask } = runner
  for (const { value } of secrets)
    for (const text of new Set([value.expose(), toPrinted(value)])) maskSecret(text, mask)
  const plain = secrets.filter(({ value }) => isTooPlain(toPrinted(value))).map(({ id }) => id)
  if (plain.length > 0) {
    runner.warning(
      `The log does not mask the ${plain.length === 1 ? 'secret' : 'secrets'} ${plain.join(', ')}: a mask for a short value or a plain word, such as \`true\`, would hide ordinary text.`,
    )
  }
  if (comment?.token !== undefined) maskToken(comment.token.expose(), mask)
  if (credentials.kind === 'given') maskToken(credentials.token.expose(), mask)
  if (credentials.kind !== 'app') return
  maskPrivateKey(given['private-key'] ?? '', credentials.privateKey.expose(), mask)
}
