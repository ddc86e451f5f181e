import type { IndexResult } from '@cairn/core'
import type { StatusDocument } from '@cairn/protocol'
import type { RunTally } from '../run-tally.ts'
import { bytes, count, counted, rate, seconds } from './amounts.ts'
import { commitInWords } from './commit.ts'
import { countsByName } from './counts-by-name.ts'
import { type LabelledRow, labelledRows } from './labelled-rows.ts'
import type { Paint } from './paint.ts'
import { printable } from './printable.ts'
import { shellWord } from './shell-word.ts'
import { reasonsInWords } from './skip-reasons.ts'

/** What the summary of a completed run is made from. */
export interface Summary {
  readonly result: IndexResult
  readonly status: StatusDocument | null
  readonly tally: RunTally
  /** Bytes of the store's files. */
  readonly sizeBytes: number
  readonly dataDirectory: string
  readonly commandName: string
}

function fileCounts({ files }: IndexResult, paint: Paint): string {
  const pieces = [`${count(files.indexed)} indexed`]
  if (files.unchanged > 0) pieces.push(`${count(files.unchanged)} unchanged`)
  if (files.skipped > 0) pieces.push(`${count(files.skipped)} skipped`)
  if (files.deleted > 0) pieces.push(`${count(files.deleted)} deleted`)
  if (files.failed > 0) pieces.push(paint('bad', `${count(files.failed)} failed`))
  return pieces.join(', ')
}

/** The summary of a completed run for a person: what became of the files, what the index holds, what to type next. */
export function summaryLines(
  { result, status, tally, sizeBytes, dataDirectory, commandName }: Summary,
  view: { readonly columns: number; readonly paint: Paint },
): string[] {
  const { paint } = view
  const rows: LabelledRow[] = [['files', fileCounts(result, paint)]]
  const reasons = tally.plan()?.skippedByReason ?? {}
  if (result.files.skipped > 0) rows.push(['skipped', countsByName(reasonsInWords(reasons), 11)])
  const languages = countsByName(status?.filesByLanguage ?? {}, 8)
  if (languages !== '') rows.push(['languages', languages])
  rows.push([
    'index holds',
    `${counted(result.chunks, 'chunk')}, ${counted(result.symbols, 'symbol')}, ${counted(result.edges, 'edge')}`,
  ])
  if (status !== null && result.files.indexed > 0 && status.throughputFilesPerSecond > 0) {
    rows.push([
      'speed',
      `${rate(status.throughputFilesPerSecond, 'files')}, ${rate(status.throughputChunksPerSecond, 'chunks')}`,
    ])
  }
  rows.push(['on disk', `${bytes(sizeBytes)} in ${printable(dataDirectory)}`])
  if (status !== null && status.warningsCount > 0) {
    rows.push([
      'warnings',
      paint('caution', count(status.warningsCount)) +
        paint('quiet', `  ${commandName} logs ${shellWord(result.taskId)} --level warning`),
    ])
  }
  const failed = tally.failed()
  const failures: LabelledRow[] = failed.map((file) => [
    '',
    `${printable(file.path)}: ${printable(file.message)} ${paint('quiet', `(${printable(file.code)})`)}`,
  ])
  const left = result.files.failed - failed.length
  const name = shellWord(result.repository)
  const [firstFailed] = failed
  return [
    `${paint('good', 'Done:')} ${paint('strong', printable(result.repository))}${commitInWords(result)} in ${seconds(result.durationSeconds)}`,
    ...labelledRows(rows, view),
    ...(failures.length > 0 ? ['', `${paint('bad', 'Failed files')}`] : []),
    ...labelledRows(failures, view),
    ...(left > 0
      ? [`  … ${count(left)} more: ${commandName} logs ${shellWord(result.taskId)} --level error`]
      : []),
    '',
    'Next, type:',
    `  ${paint('accent', `${commandName} search "what you look for"`)}`,
    ...(firstFailed === undefined
      ? []
      : [`  ${paint('accent', `${commandName} explain ${name} ${shellWord(firstFailed.path)}`)}`]),
  ]
}
