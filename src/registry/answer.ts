import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'

/** The distribution API's own codes, with the status that goes with each. */
const statuses = {
  BLOB_UNKNOWN: 404,
  BLOB_UPLOAD_INVALID: 416,
  BLOB_UPLOAD_UNKNOWN: 404,
  DIGEST_INVALID: 400,
  MANIFEST_BLOB_UNKNOWN: 400,
  MANIFEST_INVALID: 400,
  MANIFEST_UNKNOWN: 404,
  NAME_UNKNOWN: 404,
  SIZE_INVALID: 413,
  TOOMANYREQUESTS: 429,
  UNSUPPORTED: 405,
} as const

/** What is refused, in the words of the API. */
export class Refusal extends Error {
  readonly code: keyof typeof statuses

  constructor(code: keyof typeof statuses, message: string) {
    super(message)
    this.code = code
  }
}

export const send = (
  response: ServerResponse,
  status: number,
  headers: OutgoingHttpHeaders = {},
  body = '',
): void => {
  response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers })
  response.end(body)
}

const sendError = (
  response: ServerResponse,
  status: number,
  code: string,
  message: string,
): void => {
  // Half an answer can only be cut off.
  if (response.headersSent) {
    response.destroy()
    return
  }
  const body = JSON.stringify({ errors: [{ code, message }] })
  // What else is on its way is not read.
  send(response, status, { 'content-type': 'application/json', connection: 'close' }, body)
}

export const sendRefusal = (response: ServerResponse, { code, message }: Refusal): void =>
  sendError(response, statuses[code], code, message)

/** What is our own trouble: nobody but the step hears more of it. */
export const sendTrouble = (response: ServerResponse, isFull: boolean): void =>
  isFull
    ? sendError(response, 507, 'DENIED', 'no space left on device')
    : sendError(response, 500, 'UNKNOWN', 'the registry failed')
