import type { Connections } from './connections.ts'
import type { FilledLimits } from './fill-options.ts'
import type { FollowOptions } from './follow-task.ts'
import { followTask } from './follow-task.ts'
import { messageFrame } from './frame.ts'
import { createReader, type Outlet, type Reader } from './reader.ts'
import type { Scope } from './scope.ts'
import type { StatusText } from './status-text.ts'
import { unavailableMessage } from './unavailable-message.ts'
import type { EventStream } from './wire-request.ts'

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
  // Until the stream is carried away by somebody, what is offered waits here.
  let early: ((reader: Reader) => void)[] | null = []
  let reader: Reader | null = null
  let lastSeq = options.position?.since ?? 0
  let hasOffered = false
  const tell = (say: (reader: Reader) => void): void => {
    if (reader) say(reader)
    else early?.push(say)
  }
  let hasEnded = false
  let stop: () => void
  try {
    stop = await followTask({
      ...options,
      firstMessage: 'initial_status',
      offer(text: StatusText, type, isUrgent) {
        hasOffered = true
        lastSeq = text.status.seq
        tell((to) => to.offer(taskId, text.frame(type), isUrgent))
      },
      availability(error) {
        const frame = messageFrame({ type: 'error', message: unavailableMessage(error) })
        if (error) tell((to) => to.send(frame))
      },
      ended() {
        hasEnded = true
        tell((to) => to.finish(1000, ''))
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
    early = null
  }

  return {
    discard: release,
    open(sink) {
      const outlet: Outlet = {
        bufferedBytes: () => sink.bufferedBytes(),
        sizeOf: (frame) => frame.eventBytes().byteLength,
        write: (frame) => sink.write(frame.eventBytes()),
        close: () => sink.end(),
        cut: () => sink.destroy(),
      }
      const own = createReader(outlet, limits)
      reader = own
      const remove = connections.add({
        check(now) {
          own.check(now)
          if (scope.expiresAt && Date.now() >= scope.expiresAt.getTime()) {
            own.send(messageFrame({ type: 'error', message: 'The authorization has expired.' }))
            own.finish(1000, '')
          } else if (now - own.silentSince() >= limits.heartbeatMs) {
            own.send(messageFrame({ type: 'heartbeat', seq: lastSeq, timestamp: new Date() }))
          }
        },
        shutDown: () => own.finish(1012, ''),
        cut: () => own.cut(),
      })
      // Many servers send the head of an answer with the first bytes of its body only.
      if (!hasOffered) sink.write(comment)
      for (const say of early ?? []) say(own)
      early = null
      return {
        drained: () => own.drained(),
        closed() {
          remove()
          release()
        },
      }
    },
  }
}
