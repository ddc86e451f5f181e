import { isTerminal, type StatusDocument, type TaskSummary } from '@cairn/protocol'
import { counted, percent } from './amounts.ts'
import { flow, wrap } from './fit.ts'
import { moment } from './moment.ts'
import type { Paint, Role } from './paint.ts'
import { printable } from './printable.ts'
import { progressLines } from './progress-lines.ts'
import type { StreamTraits } from './stream-traits.ts'

type View = StreamTraits & { readonly paint: Paint }

const mostErrors = 10

const roles: Readonly<Record<StatusDocument['status'], Role>> = {
  pending: 'quiet',
  in_progress: 'accent',
  retrying: 'caution',
  paused: 'caution',
  completed: 'good',
  failed: 'bad',
  cancelled: 'caution',
}

/** A task in a list: a line that says where it is, and one with its id. */
export function taskLines(task: TaskSummary, { columns, paint }: View): string[] {
  const pieces = [
    paint('strong', printable(task.repositoryName)),
    paint(roles[task.status], task.status.replace('_', ' ')),
  ]
  if (!isTerminal(task.status)) pieces.push(task.currentStage, percent(task.overallProgress))
  pieces.push(
    counted(task.processedFiles, 'file'),
    counted(task.generatedChunks, 'chunk'),
    moment(task.startedAt),
  )
  return [...flow(pieces, '  ', columns), `  ${paint('quiet', printable(task.taskId))}`]
}

/** A task as a picture, with why it failed and its newest errors. */
export function statusLines(status: StatusDocument, now: Date, view: View): string[] {
  const { paint } = view
  const columns = Math.min(view.columns, 100)
  const errors = status.errors
    .slice(-mostErrors)
    .map(
      (error) =>
        `  ${error.filePath === null ? '' : `${printable(error.filePath)}: `}${printable(error.errorMessage)} ${paint('quiet', `(${printable(error.errorType)})`)}`,
    )
  const facts = `task ${printable(status.taskId)} · started ${moment(status.startedAt)}`
  return [
    ...progressLines(status, { columns, now, isUnicode: view.isUnicode, paint }),
    ...(status.errorMessage === null
      ? []
      : wrap(printable(status.errorMessage), columns).map((line) => paint('bad', line))),
    ...(errors.length === 0 ? [] : [`Newest errors, of ${status.errorsCount}:`, ...errors]),
    paint('quiet', facts),
  ]
}
