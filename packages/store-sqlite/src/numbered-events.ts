import type { IndexEvent, NewIndexEvent } from '@cairn/protocol'

/** What events got when they were stored. */
export interface Numbers {
  /** One an event. */
  readonly seqs: readonly number[]
  /** Of the log. */
  readonly epoch: string
}

/** An event as it is stored. */
export function numbered(event: NewIndexEvent, seq: number, epoch: string): IndexEvent {
  return event.type === 'run.queued' ? { ...event, seq, epoch } : { ...event, seq }
}
