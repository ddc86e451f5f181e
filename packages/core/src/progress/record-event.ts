import type { NewIndexEvent } from '@cairn/protocol'
import type { EventRecorder } from './event-recorder.ts'

/** An event as a run tells it: without what every event of the run has. */
export type EventBody<E> = E extends NewIndexEvent ? Omit<E, 'taskId' | 'runId' | 'at'> : never

/** Records an event of one run, as of now. */
export type RecordEvent = (body: EventBody<NewIndexEvent>) => void

/** Gives each event its task, its run and its time. */
export function createRecordEvent(
  recorder: EventRecorder,
  taskId: string,
  runId: string,
): RecordEvent {
  return (body) => recorder.record({ ...body, taskId, runId, at: new Date() } as NewIndexEvent)
}
