/**
 * Hides a token and the forms in which tools print it. The runner derives base64, URL, JSON and XML
 * forms by itself, but neither base64url nor the Basic header's `x-access-token:TOKEN`.
 */
export const maskToken = (token: string, mask: (value: string) => void): void => {
  const basic = Buffer.from(`x-access-token:${token}`)
  mask(token)
  mask(basic.toString('base64'))
  mask(Buffer.from(token).toString('base64url'))
}

/** Hides a key: the runner masks line by line, and short lines would hide ordinary text. */
export const maskPrivateKey = (pem: string, mask: (value: string) => void): void => {
  for (const line of pem.split('\n').filter((text) => text.length >= 16)) mask(line)
}
