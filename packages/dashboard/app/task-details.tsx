import type { StatusDocument } from '@cairn/protocol'
import { ago, count, duration, durationRange, moment, percent, rate } from './amounts.ts'
import { useConnected } from './connected.tsx'
import { useEarlierRuns } from './earlier-runs.ts'
import { Fact } from './fact.tsx'
import { FileOutcomes } from './file-outcomes.tsx'
import { HealthMark, HealthNote } from './health.tsx'
import { LanguageBar } from './language-bar.tsx'
import { useNow } from './now.ts'
import { Panel } from './panel.tsx'
import { FailureNote, ProblemList } from './problem-list.tsx'
import { ProgressBar } from './progress-bar.tsx'
import { hrefOf } from './route.ts'
import { StageTimeline } from './stage-timeline.tsx'
import { StatusBadge, statusTexts } from './status-badge.tsx'
import { TaskActions } from './task-actions.tsx'
import { TaskCharts } from './task-charts.tsx'
import { TaskLog } from './task-log.tsx'
import { isActive, isOver } from './task-states.ts'

/** Everything of one task, from the whole to the parts. */
export function TaskDetails(props: {
  status: StatusDocument
  /** Whether the server has dropped the task, and with it its files and its log. */
  isGone: boolean
  onResumed: () => void
}) {
  const { status, isGone, onResumed } = props
  const { client } = useConnected()
  const now = useNow()
  const earlier = useEarlierRuns(client, status.repositoryName, status.taskId)
  const problems = status.errorsCount + status.warningsCount
  const hasLanguages = Object.keys(status.filesByLanguage).length > 0
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
        {!isGone && <TaskActions status={status} onResumed={onResumed} />}
      </div>
      {isGone && (
        <div className="note" data-kind="doubtful" role="status">
          <p>
            <strong>This task was cleaned up.</strong> What you see is what the page still knows;
            its files and its log are gone, and this address leads nowhere once the page is closed.
            What it indexed is not touched.
          </p>
        </div>
      )}

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
      <CurrentWork status={status} now={now} />
      <FailureNote status={status} />
      <HealthNote status={status} now={now} />
      <TaskFacts status={status} now={now} />

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
      <TaskCharts status={status} />
      {(hasLanguages || problems > 0) && (
        <div className="two">
          {hasLanguages && (
            <Panel title="Languages">
              <LanguageBar languages={status.filesByLanguage} />
            </Panel>
          )}
          <Panel title="Problems" count={problems}>
            <ProblemList status={status} />
          </Panel>
        </div>
      )}
      {!isGone && (
        <>
          <Panel title="Files">
            <FileOutcomes status={status} />
          </Panel>
          <Panel title="Log">
            <TaskLog status={status} />
          </Panel>
        </>
      )}
    </section>
  )
}

/** What is done at the moment; of a task that is over, when that was. */
function CurrentWork({ status, now }: { status: StatusDocument; now: number }) {
  const { currentStage, currentFile, currentStageProgress } = status
  if (isOver(status.status)) {
    return (
      <p className="current muted">
        {statusTexts[status.status]} after {duration(status.processingTime)},{' '}
        {ago(status.updatedAt, now)}
      </p>
    )
  }
  return (
    <p className="current">
      <strong>{currentStage}</strong>
      {currentFile !== null ? (
        <span className="code path" data-testid="current-file">
          {currentFile}
        </span>
      ) : (
        <span className="muted">{currentStageProgress?.currentOperation}</span>
      )}
    </p>
  )
}

function TaskFacts({ status, now }: { status: StatusDocument; now: number }) {
  const { processedFiles, totalFiles, embeddingProgress, eta } = status
  const ended = isOver(status.status)
  const isRunning = status.status === 'in_progress'
  return (
    <dl className="facts">
      <Fact name="Files">
        {count(processedFiles)}
        {totalFiles !== null && totalFiles !== processedFiles && ` / ${count(totalFiles)}`}
        {ended && processedFiles > 0 && <small>{rate(status.throughputFilesPerSecond)}</small>}
      </Fact>
      <Fact name="Chunks">
        {count(status.generatedChunks)}
        {ended && status.generatedChunks > 0 && (
          <small>{rate(status.throughputChunksPerSecond)}</small>
        )}
      </Fact>
      <Fact name="Embedded">
        {count(embeddingProgress.embeddedChunks)}
        {embeddingProgress.reusedChunks > 0 && (
          <small>{count(embeddingProgress.reusedChunks)} known from before</small>
        )}
      </Fact>
      <Fact name={ended ? 'Took' : status.status === 'paused' ? 'Ran for' : 'Running for'}>
        {duration(
          isRunning ? Math.max(0, (now - +status.startedAt) / 1000) : status.processingTime,
        )}
      </Fact>
      {isRunning && (
        <Fact name="Time left">
          {eta === null ? (
            '–'
          ) : (
            <span title={`From ${eta.basis}`}>
              {durationRange(eta.lowSeconds, eta.highSeconds)}
            </span>
          )}
        </Fact>
      )}
      {isActive(status.status) && (
        <Fact name="Health">
          <HealthMark state={status.health.state} />
        </Fact>
      )}
      <Fact name="Started">
        <time dateTime={status.startedAt.toISOString()}>{moment(status.startedAt)}</time>
      </Fact>
    </dl>
  )
}
