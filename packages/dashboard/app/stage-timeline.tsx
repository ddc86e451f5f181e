import type { StageProgress, StatusDocument } from '@cairn/protocol'
import { count, duration, percent } from './amounts.ts'
import { isActive } from './task-states.ts'

/** The stages in which work is done, in order. */
const stages = ['cloning', 'analyzing', 'parsing', 'embedding', 'storing', 'validating'] as const

interface Span {
  /** Seconds since the run started. */
  readonly start: number
  readonly end: number
}

/**
 * The stages of a run along one axis of time, and under each the same stage of earlier runs of the repository,
 * from their own start.
 */
export function StageTimeline(props: {
  status: StatusDocument
  earlier: readonly StatusDocument[]
  /** Milliseconds. */
  now: number
}) {
  const { status, earlier, now } = props
  const end = isActive(status.status) ? now : status.updatedAt.getTime()
  const axis = Math.max(
    0.001,
    secondsFrom(status, end),
    ...earlier.map((run) => secondsFrom(run, run.updatedAt.getTime())),
  )
  const share = (seconds: number): string => `${(100 * seconds) / axis}%`
  const bar = ({ start, end: last }: Span) => ({
    insetInlineStart: share(start),
    inlineSize: `max(2px, ${share(last - start)})`,
  })
  return (
    <div className="timeline-scroll">
      <table className="timeline">
        <caption className="visually-hidden">Stages, with earlier runs of the repository</caption>
        <thead>
          <tr>
            <th scope="col">Stage</th>
            <th scope="col">
              <span className="axis">
                <span>0 s</span>
                <span>{duration(axis)}</span>
              </span>
            </th>
            <th scope="col">Items</th>
            <th scope="col">Took</th>
            {earlier.length > 0 && <th scope="col">Before</th>}
          </tr>
        </thead>
        <tbody>
          {stages.map((stage) => {
            const progress = status.stageHistory.findLast((entry) => entry.stage === stage)
            const span = progress && spanOf(status, progress, end)
            const before = earlier.flatMap((run) => {
              const known = run.stageHistory.findLast((entry) => entry.stage === stage)
              return known
                ? [{ id: run.taskId, span: spanOf(run, known, run.updatedAt.getTime()) }]
                : []
            })
            const state = stateOf(status, progress)
            return (
              <tr key={stage} data-state={state}>
                <th scope="row">
                  {stage}
                  {state === 'current' && <span className="visually-hidden"> (now)</span>}
                </th>
                <td>
                  <div className="lane" aria-hidden="true">
                    {before.map((run) => (
                      <span key={run.id} className="ghost" style={bar(run.span)} />
                    ))}
                    {span && <span className="span" style={bar(span)} />}
                  </div>
                  {progress && state === 'current' && (
                    <div className="stage-progress">
                      <div
                        role="progressbar"
                        aria-label={`Stage ${stage}`}
                        aria-valuenow={Math.floor(progress.progressPercentage)}
                        aria-valuemin={0}
                        aria-valuemax={100}
                        className="progress"
                        data-state={status.status}
                      >
                        <div style={{ inlineSize: `${progress.progressPercentage}%` }} />
                      </div>
                      <span className="number">{percent(progress.progressPercentage)}</span>
                    </div>
                  )}
                </td>
                <td className="number">{progress ? itemsOf(progress) : ''}</td>
                <td className="number">{span ? duration(span.end - span.start) : ''}</td>
                {earlier.length > 0 && (
                  <td className="number muted">
                    {before.length > 0
                      ? duration(median(before.map((run) => run.span.end - run.span.start)))
                      : ''}
                  </td>
                )}
              </tr>
            )
          })}
        </tbody>
      </table>
    </div>
  )
}

function secondsFrom({ startedAt }: StatusDocument, at: number): number {
  return Math.max(0, (at - startedAt.getTime()) / 1000)
}

function spanOf(run: StatusDocument, stage: StageProgress, end: number): Span {
  const start = secondsFrom(run, stage.startedAt.getTime())
  return { start, end: Math.max(start, secondsFrom(run, stage.completedAt?.getTime() ?? end)) }
}

function stateOf(status: StatusDocument, stage: StageProgress | undefined): string {
  if (!stage) return 'waiting'
  if (stage.completedAt !== null && stage.errorMessage === null) return 'done'
  if (status.status === 'failed') return 'failed'
  return status.currentStage === stage.stage ? 'current' : 'done'
}

function itemsOf({ processedItems, totalItems, stage }: StageProgress): string {
  if (stage === 'cloning' && totalItems === null && processedItems === 0) return ''
  if (totalItems === null || totalItems === processedItems) return count(processedItems)
  return `${count(processedItems)} / ${count(totalItems)}`
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0
}
