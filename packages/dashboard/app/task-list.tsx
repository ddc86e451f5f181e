import type { TaskStatus, TaskSummary } from '@cairn/protocol'
import { useVirtualizer } from '@tanstack/react-virtual'
import {
  type KeyboardEvent,
  useEffect,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import { ago, count, duration, moment, percent } from './amounts.ts'
import { useConnected } from './connected.tsx'
import { useNow } from './now.ts'
import { ProgressBar } from './progress-bar.tsx'
import { hrefOf } from './route.ts'
import { StartButton } from './start-dialog.tsx'
import { StatusBadge, statusTexts } from './status-badge.tsx'

const statuses = Object.keys(statusTexts) as TaskStatus[]

/** Every task, live. */
export function TaskList({ tasks }: { tasks: readonly TaskSummary[] | null }) {
  const { hasControl } = useConnected()
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState<TaskStatus | null>(null)
  const counts = useMemo(() => countStatuses(tasks ?? []), [tasks])
  const shown = useMemo(() => select(tasks ?? [], text, chosen), [tasks, text, chosen])

  return (
    <section className="page fills">
      <div className="head">
        <h1>Tasks</h1>
        {hasControl && <StartButton />}
      </div>
      <div className="filters">
        <label className="field grows">
          <span className="visually-hidden">Filter by repository or task</span>
          <input
            type="search"
            placeholder="Filter by repository or task"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        <fieldset className="chips">
          <legend className="visually-hidden">Status</legend>
          <Chip isChosen={chosen === null} onChoose={() => setChosen(null)}>
            All {count(tasks?.length ?? 0)}
          </Chip>
          {statuses
            .filter((status) => counts[status] || chosen === status)
            .map((status) => (
              <Chip
                key={status}
                status={status}
                isChosen={chosen === status}
                onChoose={() => setChosen(chosen === status ? null : status)}
              >
                {statusTexts[status]} {count(counts[status] ?? 0)}
              </Chip>
            ))}
        </fieldset>
      </div>
      {tasks === null ? (
        <p className="muted empty">Loading the tasks …</p>
      ) : shown.length > 0 ? (
        <TaskTable tasks={shown} />
      ) : (
        <p className="muted empty">
          {tasks.length === 0
            ? 'Nothing has been indexed yet. A task appears here as soon as it is queued.'
            : 'No task matches the filter.'}
        </p>
      )}
    </section>
  )
}

function Chip(props: {
  isChosen: boolean
  onChoose: () => void
  status?: TaskStatus
  children: React.ReactNode
}) {
  return (
    <button
      type="button"
      className="chip"
      aria-pressed={props.isChosen}
      onClick={props.onChoose}
      data-status={props.status}
    >
      {props.status && <span className="dot" aria-hidden="true" />}
      <span>{props.children}</span>
    </button>
  )
}

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
    estimateSize: () => (isNarrow ? 74 : 36),
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

const narrow = matchMedia('(max-width: 760px)')

function subscribeNarrow(onChange: () => void): () => void {
  narrow.addEventListener('change', onChange)
  return () => narrow.removeEventListener('change', onChange)
}

function useIsNarrow(): boolean {
  return useSyncExternalStore(subscribeNarrow, () => narrow.matches)
}

function countStatuses(tasks: readonly TaskSummary[]): Partial<Record<TaskStatus, number>> {
  const counts: Partial<Record<TaskStatus, number>> = {}
  for (const { status } of tasks) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

function select(
  tasks: readonly TaskSummary[],
  text: string,
  status: TaskStatus | null,
): readonly TaskSummary[] {
  const words = text.trim().toLowerCase()
  if (words === '' && status === null) return tasks
  return tasks.filter(
    (task) =>
      (status === null || task.status === status) &&
      (task.repositoryName.toLowerCase().includes(words) ||
        task.taskId.toLowerCase().includes(words)),
  )
}
