/** A field's number, with a number or the bytes of a text, a map's entry or a message. */
type Field = readonly [number: number, value: bigint | Buffer]

const readVarint = (bytes: Buffer, at: number): readonly [value: bigint, next: number] => {
  let value = 0n
  for (let next = at, shift = 0n; next < bytes.length; next += 1, shift += 7n) {
    const byte = bytes.readUInt8(next)
    value |= BigInt(byte & 0x7f) << shift
    if (byte < 0x80) return [value, next + 1]
  }
  throw new Error('protobuf: a number without an end')
}

/** Reads a message of the two wire types that Kubernetes uses. */
const readFields = (bytes: Buffer): readonly Field[] => {
  const fields: Field[] = []
  for (let at = 0; at < bytes.length; ) {
    const [key, start] = readVarint(bytes, at)
    const [first, next] = readVarint(bytes, start)
    const number = Number(key >> 3n)
    const type = Number(key & 7n)
    if (type !== 0 && type !== 2) throw new Error(`protobuf: wire type ${type}`)
    at = type === 0 ? next : next + Number(first)
    if (at > bytes.length) throw new Error('protobuf: the message is cut off')
    fields.push([number, type === 0 ? first : bytes.subarray(next, at)])
  }
  return fields
}

/** A message whose fields are taken by their numbers in Kubernetes' `generated.proto`. */
export type Message = {
  readonly text: (number: number) => string
  readonly texts: (number: number) => readonly string[]
  readonly number: (number: number) => number
  readonly one: (number: number) => Message
  readonly many: (number: number) => readonly Message[]
  readonly map: (number: number) => Readonly<Record<string, string>>
}

const toMessage = (bytes: Buffer): Message => {
  const fields = readFields(bytes)
  const all = (number: number): readonly Buffer[] =>
    fields.flatMap(([each, value]) => (each === number && Buffer.isBuffer(value) ? [value] : []))
  const last = (number: number): Buffer => all(number).at(-1) ?? Buffer.alloc(0)
  return {
    texts: (number: number): readonly string[] => all(number).map((each) => each.toString('utf8')),
    text: (number: number): string => last(number).toString('utf8'),
    number: (number: number): number =>
      Number(fields.findLast(([each]) => each === number)?.[1] ?? 0),
    one: (number: number): Message => toMessage(last(number)),
    many: (number: number): readonly Message[] => all(number).map(toMessage),
    map: (number: number): Readonly<Record<string, string>> =>
      Object.fromEntries(
        all(number).map((each) => [toMessage(each).text(1), toMessage(each).text(2)]),
      ),
  }
}

/** Opens Kubernetes' envelope: four bytes, then what kind it is, and the object itself. */
export const openEnvelope = (body: Buffer) => {
  if (body.subarray(0, 4).toString('latin1') !== 'k8s\0') {
    throw new Error('protobuf: no envelope of Kubernetes')
  }
  const envelope = toMessage(body.subarray(4))
  const type = envelope.one(1)
  return { apiVersion: type.text(1), kind: type.text(2), object: envelope.one(2) }
}
