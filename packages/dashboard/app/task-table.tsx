import type { TaskSummary } from '@cairn/protocol'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { ago, count, duration, moment, percent } from './amounts.ts'
import { useIsNarrow } from './narrow.ts'
import { useNow } from './now.ts'
import { ProgressBar } from './progress-bar.tsx'
import { hrefOf } from './route.ts'
import { StatusBadge } from './status-badge.tsx'

const columns = [
  'Status',
  'Repository',
  'Stage',
  'Progress',
  'Files',
  'Chunks',
  'Problems',
  'Time left',
  'Started',
] as const

/** A table of which only the rows in sight are there. One row is a stop of the Tab key; arrows lead on. */
export function TaskTable({ tasks }: { tasks: readonly TaskSummary[] }) {
  const scroller = useRef<HTMLDivElement>(null)
  const [active, setActive] = useState<string | null>(null)
  /** A row that was out of sight is there some renders after the scroll. */
  const toFocus = useRef<string | null>(null)
  const isNarrow = useIsNarrow()
  const rows = useVirtualizer({
    count: tasks.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => (isNarrow ? 76 : 36),
    overscan: 12,
    getItemKey: (index) => tasks[index]?.taskId ?? index,
  })
  // Rows of the other height.
  useEffect(() => rows.measure(), [isNarrow])
  const found = tasks.findIndex(({ taskId }) => taskId === active)
  const activeIndex = Math.max(0, found)

  const moveTo = (index: number): void => {
    const target = tasks[Math.min(tasks.length - 1, Math.max(0, index))]
    if (!target) return
    setActive(target.taskId)
    toFocus.current = target.taskId
    rows.scrollToIndex(tasks.indexOf(target))
  }
  useLayoutEffect(() => {
    if (toFocus.current === null) return
    const link = scroller.current?.querySelector<HTMLElement>(
      `[data-task="${CSS.escape(toFocus.current)}"]`,
    )
    if (!link) return
    link.focus({ preventScroll: true })
    toFocus.current = null
  })
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = steps[event.key]
    if (!step || event.altKey || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    moveTo(step(activeIndex, tasks.length))
  }

  return (
    // Rows that are placed one by one cannot be those of a <table>.
    <div
      className="task-table"
      role="table"
      aria-label="Tasks"
      aria-rowcount={tasks.length + 1}
      onKeyDown={onKeyDown}
      ref={scroller}
    >
      <div role="rowgroup" className="table-head">
        <div role="row" aria-rowindex={1} tabIndex={-1} className="task-row">
          {columns.map((column) => (
            <div role="columnheader" tabIndex={-1} key={column} data-column={column}>
              {column}
            </div>
          ))}
        </div>
      </div>
      <div role="rowgroup" className="table-body" style={{ blockSize: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, key, start }) => {
          const task = tasks[index]
          if (!task) return null
          return (
            <div
              role="row"
              tabIndex={-1}
              key={key}
              aria-rowindex={index + 2}
              className="task-row"
              style={{ transform: `translateY(${start}px)` }}
            >
              <TaskCells task={task} isStop={index === activeIndex} onFocus={setActive} />
            </div>
          )
        })}
      </div>
    </div>
  )
}

function TaskCells(props: {
  task: TaskSummary
  isStop: boolean
  onFocus: (taskId: string) => void
}) {
  const { task, isStop, onFocus } = props
  const now = useNow()
  const { status, currentStage, overallProgress, errorsCount, warningsCount } = task
  const left = task.estimatedCompletion
    ? Math.max(0, (task.estimatedCompletion.getTime() - now) / 1000)
    : null
  return (
    <>
      <div role="cell" data-column="Status">
        <StatusBadge status={status} />
      </div>
      <div role="cell" data-column="Repository">
        <a
          href={hrefOf({ view: 'task', taskId: task.taskId })}
          tabIndex={isStop ? 0 : -1}
          data-task={task.taskId}
          onFocus={() => onFocus(task.taskId)}
          title={task.taskId}
        >
          {task.repositoryName}
        </a>
      </div>
      <div role="cell" data-column="Stage" className="muted">
        {currentStage === status ? '' : currentStage}
      </div>
      <div role="cell" data-column="Progress">
        <ProgressBar value={overallProgress} label={task.repositoryName} state={status} />
        <span className="number">{percent(overallProgress)}</span>
      </div>
      <div role="cell" data-column="Files" className="number">
        {count(task.processedFiles)}
      </div>
      <div role="cell" data-column="Chunks" className="number">
        {count(task.generatedChunks)}
      </div>
      <div role="cell" data-column="Problems" className="number">
        {errorsCount > 0 && <span className="bad">{count(errorsCount)} err</span>}
        {errorsCount > 0 && warningsCount > 0 && ' '}
        {warningsCount > 0 && <span className="doubtful">{count(warningsCount)} warn</span>}
      </div>
      <div role="cell" data-column="Time left" className="number">
        {left === null || status !== 'in_progress' ? '' : duration(left)}
      </div>
      <div role="cell" data-column="Started" className="number muted">
        <time dateTime={task.startedAt.toISOString()} title={moment(task.startedAt)}>
          {ago(task.startedAt, now)}
        </time>
      </div>
    </>
  )
}

const pageOfRows = 15

const steps: Readonly<Record<string, (index: number, length: number) => number>> = {
  ArrowDown: (index) => index + 1,
  ArrowUp: (index) => index - 1,
  PageDown: (index) => index + pageOfRows,
  PageUp: (index) => index - pageOfRows,
  Home: () => 0,
  End: (_, length) => length - 1,
}
