import type { StatusDocument } from '@cairn/protocol'
import { createStatusText, type StatusText } from './status-text.ts'

/** Documents whose text is kept. */
const mostDocuments = 256

/** Characters of their JSON; there are up to three copies of it, for REST, WebSockets and events. */
const mostCharacters = 4 * 1_048_576

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
  let characters = 0

  const forget = (taskId: string): void => {
    characters -= byTask.get(taskId)?.json.length ?? 0
    byTask.delete(taskId)
  }

  const hasTooMuch = (): boolean =>
    byTask.size > 1 && (byTask.size > mostDocuments || characters > mostCharacters)

  return {
    of(status) {
      const { taskId } = status
      const known = byTask.get(taskId)
      forget(taskId)
      const text = known && isSame(known.status, status) ? known : createStatusText(status, options)
      byTask.set(taskId, text)
      characters += text.json.length
      for (const oldest of byTask.keys()) {
        if (!hasTooMuch()) break
        forget(oldest)
      }
      return text
    },
  }
}

/** The event log decides a document, so its position tells it. */
function isSame(one: StatusDocument, other: StatusDocument): boolean {
  return one.epoch === other.epoch && one.seq === other.seq && one.runId === other.runId
}
