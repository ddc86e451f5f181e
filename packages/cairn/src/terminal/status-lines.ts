import { isTerminal, type StatusDocument } from '@cairn/protocol'
import { counted, percent } from './amounts.ts'
import { columnsOf, cutEnd, flow, padEnd, wrap } from './fit.ts'
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

/**
 * Tasks as a list: of each a line that says where it is, one with its id, and one with why it failed. The first
 * are columns of a table where they fit.
 */
export function taskListLines(
  tasks: readonly StatusDocument[],
  { columns, paint }: View,
): string[] {
  const rows = tasks.map((task) => [
    paint('strong', printable(task.repositoryName)),
    paint(roles[task.status], task.status.replace('_', ' ')),
    isTerminal(task.status) ? '' : `${task.currentStage} ${percent(task.overallProgress)}`,
    counted(task.processedFiles, 'file'),
    counted(task.generatedChunks, 'chunk'),
    moment(task.startedAt),
  ])
  const widths = (rows[0] ?? []).map((_, at) => {
    return Math.max(...rows.map((row) => columnsOf(row[at] ?? '')))
  })
  const used = widths.filter((width) => width > 0)
  const isTable = used.reduce((sum, width) => sum + width + 2, -2) <= columns
  return rows.flatMap((row, at) => {
    const task = tasks[at]
    if (task === undefined) return []
    const cells = row.flatMap((cell, column) => {
      const width = widths[column] ?? 0
      return width === 0 ? [] : [padEnd(cell, width)]
    })
    const lines = isTable
      ? [cells.join('  ').trimEnd()]
      : flow(
          row.filter((cell) => cell !== ''),
          '  ',
          columns,
        )
    lines.push(`  ${paint('quiet', printable(task.taskId))}`)
    if (task.errorMessage !== null) {
      lines.push(`  ${paint('bad', cutEnd(printable(task.errorMessage), columns - 2))}`)
    }
    return lines
  })
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
  const facts = [`task ${printable(status.taskId)}`, `started ${moment(status.startedAt)}`]
  return [
    ...progressLines(status, { columns, now, isUnicode: view.isUnicode, paint }),
    ...(status.errorMessage === null
      ? []
      : wrap(printable(status.errorMessage), columns).map((line) => paint('bad', line))),
    ...(errors.length === 0 ? [] : [`Newest errors, of ${status.errorsCount}:`, ...errors]),
    ...flow(facts, ' · ', columns).map((line) => paint('quiet', line)),
  ]
}
