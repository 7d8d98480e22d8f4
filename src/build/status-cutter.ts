import { createRecordCutter, type Sink } from '../host/lines.ts'

/** The second line of a status, as buildx before 0.15 writes it. */
const firstWord = /^ {2}"(?:vertexes|statuses|logs|warnings)": \[\n$/

const isLine = (line: Buffer | undefined, text: string): boolean =>
  line?.equals(Buffer.from(text)) === true

/**
 * Cuts what buildx prints with `rawjson` into lines, and into whole statuses: before 0.15 it writes each
 * over many lines, of which the first and the last are a brace alone.
 *
 * @param onRecord gets undefined for one that is longer
 */
export const createStatusCutter = (
  onRecord: (record: Buffer | undefined) => void,
  longest: number,
): Sink => {
  /** Of a status that has begun. */
  let lines: Buffer[] = []
  let bytes = 0
  const release = (records: readonly (Buffer | undefined)[]): void => {
    lines = []
    bytes = 0
    records.forEach(onRecord)
  }
  const gather = (line: Buffer | undefined): void => {
    bytes += line?.length ?? longest + 1
    if (line !== undefined && bytes <= longest) lines.push(line)
    if (isLine(line, '}\n')) release([bytes > longest ? undefined : Buffer.concat(lines)])
  }
  const goesOn = (line: Buffer | undefined): boolean =>
    lines.length > 1 || (line !== undefined && firstWord.test(line.toString('latin1', 0, 32)))
  const onLine = (line: Buffer | undefined): void => {
    // A brace that began no status is text.
    if (lines.length > 0 && !goesOn(line)) release(lines)
    if (lines.length > 0 || isLine(line, '{\n')) gather(line)
    else onRecord(line)
  }
  const cutter = createRecordCutter(onLine, longest)
  return {
    write: cutter.write,
    end: () => {
      cutter.end()
      // What a status has is not shown in another form, and one that was cut off is none.
      release(lines.length > 1 ? [Buffer.concat(lines)] : lines)
    },
  }
}
