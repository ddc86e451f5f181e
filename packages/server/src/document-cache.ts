import type { StatusDocument } from '@cairn/protocol'
import { createStatusText, type StatusText } from './status-text.ts'

/** Documents whose text is kept. */
const kept = 256

/** Makes the text of a status document once, whoever asks. */
export interface DocumentCache {
  /** The text of a document: the same object for the same position of the same log. */
  of(status: StatusDocument): StatusText
}

/** A cache of the last document of each of some tasks. */
export function createDocumentCache(options: {
  readonly exposeStackTraces: boolean
}): DocumentCache {
  const byTask = new Map<string, StatusText>()
  return {
    of(status) {
      const known = byTask.get(status.taskId)
      byTask.delete(status.taskId)
      const text = known && isSame(known.status, status) ? known : createStatusText(status, options)
      byTask.set(status.taskId, text)
      if (byTask.size > kept) {
        for (const oldest of byTask.keys()) {
          byTask.delete(oldest)
          break
        }
      }
      return text
    },
  }
}

/** The event log decides a document, so its position tells it. */
function isSame(one: StatusDocument, other: StatusDocument): boolean {
  return one.epoch === other.epoch && one.seq === other.seq && one.runId === other.runId
}
