import { renderError } from '../failure.ts'
import type { Log } from '../host/log.ts'

type Write = (name: string, value: string) => void

/**
 * For what is told to others, who may have a full disk: what a command does, does not fail for that.
 *
 * @returns what never throws; of each such function, the first value that is lost is a warning, others are lines
 */
export const createLenient =
  ({ line, warning }: Pick<Log, 'line' | 'warning'>) =>
  (what: string, write: Write): Write => {
    let tell: (text: string) => void = warning
    return (name, value) => {
      try {
        write(name, value)
      } catch (error) {
        tell(`The ${what} ${name} could not be written: ${renderError(error)}`)
        tell = line
      }
    }
  }
