import {
  isTerminal,
  type StageProgress,
  type StatusDocument,
  type WorkingStage,
  workingStages,
} from '@cairn/protocol'
import { counted, percent, rate, seconds, secondsRange } from './amounts.ts'
import { bar } from './bar.ts'
import { columnsOf, cutEnd, cutMiddle, flow, padEnd, wrap } from './fit.ts'
import type { Paint } from './paint.ts'
import { printable } from './printable.ts'

/** What the picture of a run depends on beside its status. */
export interface ProgressView {
  /** Columns that no line exceeds. */
  readonly columns: number
  /** Lines that the picture does not exceed. @default no limit */
  readonly rows?: number
  readonly now: Date
  readonly isUnicode: boolean
  readonly paint: Paint
}

const longestStage = Math.max(...workingStages.map((stage) => stage.length))

const units: Readonly<Record<WorkingStage, readonly [one: string, many: string]>> = {
  cloning: ['object', 'objects'],
  analyzing: ['file', 'files'],
  parsing: ['file', 'files'],
  embedding: ['chunk', 'chunks'],
  storing: ['file', 'files'],
  validating: ['check', 'checks'],
}

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const plainSpinner = ['-', '\\', '|', '/']

/** Seconds from a start to an end, or to now. */
function elapsed(from: Date, to: Date | null, now: Date): number {
  return Math.max(0, ((to ?? now).getTime() - from.getTime()) / 1000)
}

/** Items a second of the stage under way; null where nothing counts them. */
export function stageRate(status: StatusDocument): string | null {
  // Until the stage has done something, the rates are those of the stage before it.
  if (status.currentStageProgress?.processedItems === 0) return null
  switch (status.currentStage) {
    case 'parsing':
      return status.throughputFilesPerSecond > 0
        ? rate(status.throughputFilesPerSecond, 'files')
        : null
    case 'embedding':
      return status.embeddingProgress.embeddingRate > 0
        ? rate(status.embeddingProgress.embeddingRate, 'chunks')
        : null
    case 'storing':
      return status.throughputChunksPerSecond > 0
        ? rate(status.throughputChunksPerSecond, 'chunks')
        : null
    default:
      return null
  }
}

/** `181/312 files`, or `181 files` where the total is not known. */
export function stageItems(stage: StageProgress): string | null {
  const known = workingStages.find((name) => name === stage.stage)
  if (known === undefined) return null
  const [one, many] = units[known]
  if (stage.totalItems === null) {
    return stage.processedItems === 0 ? null : counted(stage.processedItems, one, many)
  }
  if (stage.totalItems === 0) return null
  const done = counted(stage.processedItems, '', '').trim()
  return `${done}/${counted(stage.totalItems, one, many)}`
}

function stageName(name: string, view: ProgressView): string {
  return view.columns < 34 ? name : padEnd(name, longestStage)
}

function endedLine(stage: StageProgress, view: ProgressView): string {
  const { paint, isUnicode } = view
  const isBad = stage.errorMessage !== null
  const mark = isBad ? paint('bad', isUnicode ? '✗' : 'x') : paint('good', isUnicode ? '✓' : '+')
  const time = seconds(elapsed(stage.startedAt, stage.completedAt, view.now))
  const total = stage.processedItems
  const known = workingStages.find((name) => name === stage.stage)
  const items = known === undefined || total === 0 ? '' : counted(total, ...units[known])
  const head = ` ${mark} ${stageName(stage.stage, view)} ${padEnd(time, 7)}`
  const room = view.columns - columnsOf(head) - 1
  if (columnsOf(head.trimEnd()) > view.columns) return ` ${mark} ${stage.stage}`
  return items !== '' && columnsOf(items) <= room
    ? `${head} ${paint('quiet', items)}`
    : head.trimEnd()
}

function activeLine(status: StatusDocument, stage: StageProgress, view: ProgressView): string {
  const { paint, isUnicode, columns } = view
  const frames = isUnicode ? spinner : plainSpinner
  const frame = frames[Math.floor(view.now.getTime() / 100) % frames.length] ?? ''
  const mark = status.status === 'paused' ? '=' : frame
  const head = ` ${paint('accent', mark)} ${paint('strong', stageName(stage.stage, view))}`
  const share = padEnd(percent(stage.progressPercentage), 5).trimEnd().padStart(5)
  const tail = [stageItems(stage), stageRate(status)].filter((piece) => piece !== null)
  let room = columns - columnsOf(head) - columnsOf(share) - 1
  const barColumns = Math.min(24, room - 1)
  let line = head
  // A picture where the bar comes and goes with the length of the numbers would flicker: the bar
  // is taken out of the room first, the numbers get what is left.
  if (barColumns >= 8 && columns >= 40) {
    const { filled, empty } = bar(stage.progressPercentage / 100, barColumns, isUnicode)
    line += ` ${paint('accent', filled)}${paint('quiet', empty)}`
    room -= barColumns + 1
  }
  line += ` ${share}`
  for (const piece of tail) {
    if (columnsOf(piece) + 2 > room) break
    line += `  ${piece}`
    room -= columnsOf(piece) + 2
  }
  return line
}

function waitingLine(name: string, view: ProgressView): string {
  return view.paint('quiet', ` ${view.isUnicode ? '·' : '.'} ${name}`)
}

function interruptedLine(status: StatusDocument, stage: StageProgress, view: ProgressView): string {
  const isFailed = status.status === 'failed'
  const mark = isFailed ? (view.isUnicode ? '✗' : 'x') : view.isUnicode ? '◼' : '='
  const line = ` ${view.paint(isFailed ? 'bad' : 'caution', mark)} ${stageName(stage.stage, view)} ${percent(stage.progressPercentage).padStart(5)}`
  const items = stageItems(stage)
  return items !== null && columnsOf(line) + columnsOf(items) + 2 <= view.columns
    ? `${line}  ${view.paint('quiet', items)}`
    : line
}

interface StageLine {
  readonly kind: 'ended' | 'active' | 'waiting'
  readonly text: string
}

function stageLines(status: StatusDocument, view: ProgressView): StageLine[] {
  const lines: StageLine[] = []
  const entered = new Map<string, StageProgress>()
  for (const stage of status.stageHistory) entered.set(stage.stage, stage)
  const furthest = Math.max(-1, ...workingStages.map((name, at) => (entered.has(name) ? at : -1)))
  for (const [at, name] of workingStages.entries()) {
    const stage = entered.get(name)
    if (stage === undefined) {
      // A stage that was passed over (a local folder needs no clone) is not waited for.
      if (at > furthest && !isTerminal(status.status)) {
        lines.push({ kind: 'waiting', text: waitingLine(name, view) })
      }
    } else if (stage.completedAt !== null) {
      lines.push({ kind: 'ended', text: endedLine(stage, view) })
    } else if (isTerminal(status.status)) {
      lines.push({ kind: 'active', text: interruptedLine(status, stage, view) })
    } else {
      lines.push({ kind: 'active', text: activeLine(status, stage, view) })
    }
  }
  return lines
}

function totalsLines(status: StatusDocument, view: ProgressView): string[] {
  const { paint } = view
  const pieces: string[] = []
  if (!isTerminal(status.status)) {
    pieces.push(`${paint('strong', percent(status.overallProgress))} of all`)
  }
  pieces.push(
    seconds(
      isTerminal(status.status) ? status.processingTime : elapsed(status.startedAt, null, view.now),
    ),
  )
  if (status.eta !== null && !isTerminal(status.status)) {
    pieces.push(`${secondsRange(status.eta.lowSeconds, status.eta.highSeconds)} left`)
  }
  if (status.totalFiles !== null) {
    pieces.push(
      `${counted(status.processedFiles, '', '').trim()}/${counted(status.totalFiles, 'file')}`,
    )
  }
  if (status.generatedChunks > 0) pieces.push(counted(status.generatedChunks, 'chunk'))
  if (status.errorsCount > 0) pieces.push(paint('bad', counted(status.errorsCount, 'error')))
  if (status.warningsCount > 0) {
    pieces.push(paint('caution', counted(status.warningsCount, 'warning')))
  }
  const separator = paint('quiet', view.isUnicode ? ' · ' : ', ')
  return flow(pieces, separator, view.columns - 1).map((line) => ` ${line}`)
}

function healthLines(status: StatusDocument, view: ProgressView): string[] {
  if (status.health.state === 'ok' || isTerminal(status.status)) return []
  const detail = status.health.detail === null ? '' : `: ${printable(status.health.detail)}`
  const [first = '', second, ...more] = wrap(`! ${status.health.state}${detail}`, view.columns - 1)
  const lines = second === undefined ? [first] : [first, more.length > 0 ? `${second} …` : second]
  return lines.map((line) => view.paint('caution', ` ${cutEnd(line, view.columns - 1)}`))
}

function headLine(status: StatusDocument, view: ProgressView): string {
  const name = printable(status.repositoryName)
  const verb = ((): string => {
    switch (status.status) {
      case 'pending':
        return 'Waiting to index'
      case 'in_progress':
        return 'Indexing'
      case 'retrying':
        return 'Trying again'
      case 'paused':
        return 'Paused'
      case 'completed':
        return 'Indexed'
      case 'failed':
        return 'Failed'
      case 'cancelled':
        return 'Cancelled'
    }
  })()
  const room = view.columns - verb.length - 1
  if (room < 4) return cutEnd(name, view.columns)
  return `${verb} ${view.paint('strong', cutMiddle(name, room))}`
}

/**
 * The picture of a run: a head line, a line for each stage, the file in hand, the totals and, where
 * it is not well, its health. No line is wider than `view.columns`; with few rows the lines that say
 * least go first.
 */
export function progressLines(status: StatusDocument, view: ProgressView): string[] {
  const head = headLine(status, view)
  const staged = stageLines(status, view)
  const file =
    status.currentFile === null || isTerminal(status.status)
      ? []
      : [view.paint('quiet', `   ${cutMiddle(printable(status.currentFile), view.columns - 3)}`)]
  const end = [...totalsLines(status, view), ...healthLines(status, view)]
  const rows = view.rows ?? Number.POSITIVE_INFINITY
  const layouts: string[][] = [
    [head, ...staged.map((line) => line.text), ...file, ...end],
    [head, ...textsOf(staged, ['ended', 'active']), ...file, ...end],
    [head, ...textsOf(staged, ['active']), ...file, ...end],
    [...textsOf(staged, ['active']), ...end],
    textsOf(staged, ['active']),
  ]
  const fitting = layouts.find((lines) => lines.length <= rows) ?? end.slice(0, Math.max(1, rows))
  return fitting.map((line) =>
    columnsOf(line) <= view.columns ? line : (wrap(line, view.columns)[0] ?? ''),
  )
}

function textsOf(lines: readonly StageLine[], kinds: readonly StageLine['kind'][]): string[] {
  return lines.filter((line) => kinds.includes(line.kind)).map((line) => line.text)
}
