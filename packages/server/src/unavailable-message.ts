import { errorCodes } from '@cairn/protocol'
import { errorCodeOf } from './problem-error.ts'

/** What readers are told where the source cannot answer; the error itself may name paths of the host. */
export function unavailableMessage(error: unknown): string {
  const code = errorCodeOf(error)
  const reason = code === null ? 'The store does not answer.' : errorCodes[code]
  return `${reason} Updates go on when it can be read again.`
}
