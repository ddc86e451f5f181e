import { useIndexStatus } from '@cairn/client/react'
import type { HealthState, StatusDocument } from '@cairn/protocol'
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import { wasAccepted } from './accepted-tasks.ts'
import { ActionButton } from './action-button.tsx'
import { ago, count, duration, moment, percent, rate } from './amounts.ts'
import { useConnected } from './connected.tsx'
import { useEarlierRuns } from './earlier-runs.ts'
import { ErrorNote } from './error-note.tsx'
import { FileOutcomes } from './file-outcomes.tsx'
import { focusHeading } from './focus-heading.ts'
import { LanguageBar } from './language-bar.tsx'
import { LineChart } from './line-chart.tsx'
import { useNow } from './now.ts'
import { ProblemList } from './problem-list.tsx'
import { ProgressBar } from './progress-bar.tsx'
import { hrefOf } from './route.ts'
import { StageTimeline } from './stage-timeline.tsx'
import { StatusBadge, statusTexts } from './status-badge.tsx'
import { recordSample } from './task-history.ts'
import { TaskLog } from './task-log.tsx'

/** One task, live. */
export function TaskView({ taskId }: { taskId: string }) {
  const { client } = useConnected()
  // A task that has ended goes on when it is resumed, and is then watched anew.
  const [watched, setWatched] = useState(0)
  return (
    <WatchedTask
      key={watched}
      taskId={taskId}
      client={client}
      onAgain={() => setWatched((times) => times + 1)}
    />
  )
}

function WatchedTask(props: {
  taskId: string
  client: ReturnType<typeof useConnected>['client']
  onAgain: () => void
}) {
  const { taskId, client, onAgain } = props
  const { status, connection, error } = useIndexStatus(client, taskId)
  useAnnouncements(status)
  useHeadingKept(status !== null)
  const isAwaited =
    status === null &&
    error?.code === 'TASK_NOT_FOUND' &&
    connection === 'ended' &&
    wasAccepted(taskId)
  useEffect(() => {
    if (!isAwaited) return
    const timer = setTimeout(onAgain, 500)
    return () => clearTimeout(timer)
  }, [isAwaited, onAgain])
  if (status === null) {
    return (
      <section className="page">
        <h1>Task</h1>
        {isAwaited ? (
          <p className="muted">The server has accepted the task, and has not begun it yet.</p>
        ) : error && connection === 'ended' ? (
          <ErrorNote title="There is nothing to show." error={error} />
        ) : (
          <p className="muted">Loading the task …</p>
        )}
        <p>
          <a href="#/">All tasks</a>
        </p>
      </section>
    )
  }
  return <TaskDetails status={status} onResumed={onAgain} />
}

function TaskDetails({ status, onResumed }: { status: StatusDocument; onResumed: () => void }) {
  const { client } = useConnected()
  const now = useNow()
  const earlier = useEarlierRuns(client, status.repositoryName, status.taskId)
  const { processedFiles, totalFiles, embeddingProgress, health } = status
  const isOver = ['completed', 'failed', 'cancelled'].includes(status.status)
  const isRunning = status.status === 'in_progress'
  return (
    <section className="page">
      <p className="crumbs">
        <a href="#/">Tasks</a> / <span className="code">{status.taskId}</span>
      </p>
      <div className="head">
        <h1>
          <a href={hrefOf({ view: 'repository', name: status.repositoryName })}>
            {status.repositoryName}
          </a>
        </h1>
        <StatusBadge status={status.status} />
        <TaskActions status={status} onResumed={onResumed} />
      </div>

      <div className="overall">
        <ProgressBar
          value={status.overallProgress}
          label="Overall progress"
          state={status.status}
        />
        <span className="overall-number number" data-testid="overall">
          {percent(status.overallProgress)}
        </span>
      </div>
      <p className="current">
        {isOver ? (
          <span className="muted">
            {statusTexts[status.status]} after {duration(status.processingTime)},{' '}
            {ago(status.updatedAt, now)}
          </span>
        ) : (
          <>
            <strong>{status.currentStage}</strong>
            {status.currentFile !== null && (
              <span className="code path" data-testid="current-file">
                {status.currentFile}
              </span>
            )}
            {status.currentFile === null && status.currentStageProgress?.currentOperation && (
              <span className="muted">{status.currentStageProgress.currentOperation}</span>
            )}
          </>
        )}
      </p>
      {status.errorMessage !== null && (
        <div className="note" data-kind="error">
          <p>{status.errorMessage}</p>
        </div>
      )}

      <dl className="facts">
        <Fact name="Files">
          {count(processedFiles)}
          {totalFiles !== null && totalFiles !== processedFiles && ` / ${count(totalFiles)}`}
        </Fact>
        <Fact name="Chunks">{count(status.generatedChunks)}</Fact>
        <Fact name="Embedded">
          {count(embeddingProgress.embeddedChunks)}
          {embeddingProgress.reusedChunks > 0 && (
            <small>{count(embeddingProgress.reusedChunks)} known from before</small>
          )}
        </Fact>
        <Fact name={isOver ? 'Took' : 'Running for'}>
          {duration(
            isRunning ? Math.max(0, (now - +status.startedAt) / 1000) : status.processingTime,
          )}
        </Fact>
        {isRunning && (
          <Fact name="Time left">
            {status.eta === null ? (
              '–'
            ) : (
              <span title={`From ${status.eta.basis}`}>
                {range(status.eta.lowSeconds, status.eta.highSeconds)}
              </span>
            )}
          </Fact>
        )}
        <Fact name="Health">
          <HealthMark state={health.state} />
          {health.detail !== null && <small>{health.detail}</small>}
        </Fact>
        <Fact name="Started">
          <time dateTime={status.startedAt.toISOString()}>{moment(status.startedAt)}</time>
        </Fact>
      </dl>

      <Panel title="Stages">
        <StageTimeline status={status} earlier={earlier} now={now} />
        {earlier.length > 0 && (
          <p className="muted legend">
            <span className="ghost-key" aria-hidden="true" />{' '}
            {earlier.length === 1
              ? 'the last completed run'
              : `the last ${earlier.length} completed runs`}{' '}
            of {status.repositoryName}
          </p>
        )}
      </Panel>
      <Charts status={status} />
      <div className="two">
        <Panel title="Languages">
          <LanguageBar languages={status.filesByLanguage} />
        </Panel>
        <Panel title="Problems" count={status.errorsCount + status.warningsCount}>
          <ProblemList status={status} />
        </Panel>
      </div>
      <Panel title="Files">
        <FileOutcomes status={status} />
      </Panel>
      <Panel title="Log">
        <TaskLog status={status} />
      </Panel>
    </section>
  )
}

function Charts({ status }: { status: StatusDocument }) {
  const samples = useMemo(() => recordSample(status), [status])
  const data = useMemo(() => {
    const of = (pick: (sample: (typeof samples)[number]) => number | null) => samples.map(pick)
    return {
      times: samples.map(({ at }) => at),
      rates: [
        { label: 'files', color: '--series-1', values: of(({ files }) => files) },
        { label: 'chunks', color: '--series-2', values: of(({ chunks }) => chunks) },
        { label: 'embedded', color: '--series-3', values: of(({ embedded }) => embedded) },
      ],
      eta: [
        { label: 'at least', color: '--series-1', values: of(({ etaLow }) => etaLow) },
        { label: 'at most', color: '--series-4', values: of(({ etaHigh }) => etaHigh) },
      ],
    }
  }, [samples])
  if (samples.length < 2) {
    return (
      <Panel title="Rates">
        <p className="muted">
          {['completed', 'failed', 'cancelled'].includes(status.status)
            ? `Over the whole run: ${rate(status.throughputFilesPerSecond)} files, ${rate(status.throughputChunksPerSecond)} chunks. `
            : ''}
          Curves are drawn from what the page sees while it watches.
        </p>
      </Panel>
    )
  }
  return (
    <div className="two">
      <Panel title="Rates">
        <LineChart
          title="A second"
          summary={`Now ${rate(status.throughputFilesPerSecond)} files, ${rate(status.throughputChunksPerSecond)} chunks, ${rate(status.embeddingProgress.embeddingRate)} embedded.`}
          times={data.times}
          lines={data.rates}
          format={compact}
        />
      </Panel>
      <Panel title="Time left">
        <LineChart
          title="As it was expected"
          summary={
            status.eta === null
              ? 'Nothing is expected now.'
              : `Now ${range(status.eta.lowSeconds, status.eta.highSeconds)}.`
          }
          times={data.times}
          lines={data.eta}
          format={duration}
          isBand
        />
      </Panel>
    </div>
  )
}

const compactNumber = new Intl.NumberFormat(undefined, {
  notation: 'compact',
  maximumSignificantDigits: 3,
})

function compact(value: number): string {
  return compactNumber.format(value)
}

function range(low: number, high: number): string {
  const from = duration(low)
  const to = duration(high)
  return from === to ? from : `${from} – ${to}`
}

const healthTexts: Readonly<Record<HealthState, string>> = {
  ok: 'Good',
  slow: 'Slow',
  stalled: 'Stalled',
  waiting: 'Waiting',
}

function HealthMark({ state }: { state: HealthState }) {
  return (
    <span className="badge" data-health={state}>
      <span className="dot" aria-hidden="true" />
      {healthTexts[state]}
    </span>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Panel(props: { title: string; count?: number; children: ReactNode }) {
  return (
    <section className="panel" aria-label={props.title}>
      <h2>
        {props.title}
        {props.count ? <span className="number muted"> {count(props.count)}</span> : null}
      </h2>
      {props.children}
    </section>
  )
}

function TaskActions({ status, onResumed }: { status: StatusDocument; onResumed: () => void }) {
  const { client, hasControl } = useConnected()
  if (!hasControl) return null
  const { taskId, repositoryName } = status
  const isActive = ['pending', 'in_progress', 'retrying'].includes(status.status)
  const canResume = ['paused', 'failed', 'cancelled'].includes(status.status)
  return (
    <div className="buttons">
      {isActive && (
        <ActionButton
          label="Pause"
          done={`${repositoryName} is being paused.`}
          action={() => client.pause(taskId)}
        />
      )}
      {canResume && (
        <ActionButton
          label="Resume"
          done={`${repositoryName} goes on.`}
          action={async () => {
            await client.resume(taskId)
            onResumed()
          }}
        />
      )}
      {(isActive || status.status === 'paused') && (
        <ActionButton
          label="Cancel"
          done={`${repositoryName} is being cancelled.`}
          question={`Cancel the run of ${repositoryName}? What is done is kept, and it can be resumed.`}
          isDangerous
          action={() => client.cancel(taskId)}
        />
      )}
    </div>
  )
}

/** The heading that had the focus is another one when the task is there. */
function useHeadingKept(isThere: boolean): void {
  useEffect(() => {
    if (isThere && document.activeElement === document.body) focusHeading()
  }, [isThere])
}

/** Says what changes rarely and matters: the stage, the end, the health. Never the numbers. */
function useAnnouncements(status: StatusDocument | null): void {
  const { announce } = useConnected()
  const before = useRef<StatusDocument | null>(null)
  useEffect(() => {
    const last = before.current
    before.current = status
    if (status === null || last === null) return
    if (status.status !== last.status) {
      announce(`${status.repositoryName}: ${statusTexts[status.status]}.`)
    } else if (status.health.state !== last.health.state) {
      announce(`${status.repositoryName}: health is ${healthTexts[status.health.state]}.`)
    } else if (status.currentStage !== last.currentStage) {
      announce(`${status.repositoryName}: ${status.currentStage}.`)
    }
  }, [status, announce])
}
