import type { HealthState, StatusDocument } from '@cairn/protocol'
import { roughDuration } from './amounts.ts'
import { isActive } from './task-states.ts'

/** What a person calls a state of health. */
export const healthTexts: Readonly<Record<HealthState, string>> = {
  ok: 'Good',
  slow: 'Slow',
  stalled: 'Stalled',
  waiting: 'Waiting',
}

/** A state of health as a word with a mark. */
export function HealthMark({ state }: { state: HealthState }) {
  return (
    <span className="badge" data-health={state}>
      <span className="dot" aria-hidden="true" />
      {healthTexts[state]}
    </span>
  )
}

/** What is to be done about it. */
const advice: Readonly<Record<Exclude<HealthState, 'ok'>, string>> = {
  slow: 'Often the machine or the embedder has other work too. It goes on by itself.',
  stalled:
    'The end of the log says what it was at. What is done is kept: it can be resumed where it was.',
  waiting: 'It goes on by itself as soon as it can.',
}

/** What is the matter with a task that does not get on as it should, and since when; nothing while it does. */
export function HealthNote({ status, now }: { status: StatusDocument; now: number }) {
  const { state, since, detail } = status.health
  if (state === 'ok' || !isActive(status.status)) return null
  return (
    <div className="note" data-kind={state === 'stalled' ? 'error' : 'doubtful'}>
      <p className="path">{detail ?? healthTexts[state]}</p>
      <p className="muted">
        For <span className="number">{roughDuration(Math.max(1, (now - +since) / 1000))}</span>.{' '}
        {advice[state]}
      </p>
    </div>
  )
}
