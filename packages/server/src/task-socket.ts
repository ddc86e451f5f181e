import { closeCodes, type StatusDocument } from '@cairn/protocol'
import type { DocumentCache } from './document-cache.ts'
import { followTask, type Position } from './follow-task.ts'
import { messageFrame } from './frame.ts'
import { errorCodeOf } from './problem-error.ts'
import type { Reader } from './reader.ts'
import type { SocketTalk } from './socket-talk.ts'
import type { StatusHub } from './status-hub.ts'
import { unavailableMessage } from './unavailable-message.ts'

/** What the sockets read from. */
export interface SocketSource {
  readonly hub: StatusHub
  readonly documents: DocumentCache
  /** The status of a task that the reader may see. */
  readonly read: (taskId: string) => Promise<StatusDocument>
}

/** Follows one task on a socket. */
export function followOnSocket(
  reader: Reader,
  taskId: string,
  position: Position | null,
  source: SocketSource,
): SocketTalk {
  let lastSeq = position?.since ?? 0
  let stop: (() => void) | null = null
  let isStopped = false

  const started = followTask({
    ...source,
    taskId,
    position,
    firstMessage: 'initial_status',
    offer(text, type, isUrgent) {
      lastSeq = text.status.seq
      reader.offer(taskId, text.frame(type), isUrgent)
    },
    availability(error) {
      if (error) reader.send(messageFrame({ type: 'error', message: unavailableMessage(error) }))
    },
    ended: () => reader.finish(closeCodes.ended, 'The task has ended.'),
  })
  started.then(
    (unfollow) => {
      if (isStopped) unfollow()
      else stop = unfollow
    },
    (error: unknown) => {
      if (errorCodeOf(error) === 'TASK_NOT_FOUND') {
        reader.send(messageFrame({ type: 'error', message: `Task ${taskId} not found` }))
        reader.finish(closeCodes.taskNotFound, 'Task not found')
      } else {
        reader.send(messageFrame({ type: 'error', message: unavailableMessage(error) }))
        reader.finish(closeCodes.restarting, 'The store does not answer.')
      }
    },
  )

  return {
    seq: () => lastSeq,
    command: ({ type }) => `This socket follows one task: ${type} is for live-status.`,
    stop() {
      isStopped = true
      stop?.()
    },
  }
}
