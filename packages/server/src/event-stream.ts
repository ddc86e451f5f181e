import { closeCodes } from '@cairn/protocol'
import type { Connections } from './connections.ts'
import type { FilledLimits } from './fill-options.ts'
import type { FollowOptions } from './follow-task.ts'
import { followTask } from './follow-task.ts'
import { type Frame, messageFrame } from './frame.ts'
import { createReader } from './reader.ts'
import type { Scope } from './scope.ts'
import { unavailableMessage } from './unavailable-message.ts'
import type { EventSink, EventStream } from './wire-request.ts'

/** What {@link openEventStream} needs. */
export interface EventStreamOptions
  extends Pick<FollowOptions, 'taskId' | 'position' | 'hub' | 'documents' | 'read'> {
  readonly scope: Scope
  readonly limits: FilledLimits
  readonly connections: Connections
  readonly remoteAddress: string | undefined
}

/** A line that readers leave out. */
const comment = new TextEncoder().encode(':\n\n')

/**
 * The Server-Sent Events of a task; null where the task has ended and the reader has seen that.
 *
 * @throws ProblemError where there is no place for another stream
 * @throws what reading the status throws
 */
export async function openEventStream(options: EventStreamOptions): Promise<EventStream | null> {
  const { connections, limits, scope, taskId } = options
  const leave = connections.admit(options.remoteAddress)
  let sink: EventSink | null = null
  const reader = createReader(
    {
      // Until somebody carries the stream away there is no room: what is offered waits in the reader.
      bufferedBytes: () => sink?.bufferedBytes() ?? Number.POSITIVE_INFINITY,
      sizeOf: (frame) => frame.eventBytes().byteLength,
      write: (frame) => sink?.write(frame.eventBytes()),
      close: () => sink?.end(),
      cut: () => sink?.destroy(),
    },
    limits,
  )
  let lastSeq = options.position?.since ?? 0
  /** Why there are no updates at the moment, which is not said before the stream is carried away. */
  let trouble: Frame | null = null
  let hasOffered = false
  let hasEnded = false
  let stop: () => void
  try {
    stop = await followTask({
      ...options,
      firstMessage: 'initial_status',
      offer(text, type, isUrgent) {
        hasOffered = true
        lastSeq = text.status.seq
        reader.offer(taskId, text.frame(type), isUrgent)
      },
      availability(error) {
        trouble = error && messageFrame({ type: 'error', message: unavailableMessage(error) })
        if (trouble) reader.send(trouble)
      },
      ended() {
        hasEnded = true
        reader.finish(closeCodes.ended, '')
      },
    })
  } catch (error) {
    leave()
    throw error
  }
  if (hasEnded && !hasOffered) {
    stop()
    leave()
    return null
  }

  const release = (): void => {
    stop()
    leave()
  }

  return {
    discard: release,
    open(opened) {
      sink = opened
      const remove = connections.add({
        check(now) {
          reader.check(now)
          if (scope.expiresAt && Date.now() >= scope.expiresAt.getTime()) {
            reader.send(messageFrame({ type: 'error', message: 'The authorization has expired.' }))
            reader.finish(closeCodes.unauthorized, '')
          } else if (now - reader.silentSince() >= limits.heartbeatMs) {
            reader.send(messageFrame({ type: 'heartbeat', seq: lastSeq, timestamp: new Date() }))
          }
        },
        shutDown: () => reader.finish(closeCodes.restarting, ''),
        cut: () => reader.cut(),
      })
      // Many servers send the head of an answer with the first bytes of its body only.
      if (!hasOffered) sink.write(comment)
      if (trouble) reader.send(trouble)
      reader.drained()
      return {
        drained: () => reader.drained(),
        closed() {
          remove()
          release()
        },
      }
    },
  }
}
