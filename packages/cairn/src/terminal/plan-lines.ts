import type { PlanDocument } from '@cairn/protocol'
import { bytes, count } from './amounts.ts'
import { countsByName } from './counts-by-name.ts'
import { type LabelledRow, labelledRows } from './labelled-rows.ts'
import type { Paint, Role } from './paint.ts'
import { printable } from './printable.ts'
import { reasonsInWords } from './skip-reasons.ts'

const roles: Readonly<Record<PlanDocument['files'][number]['action'], Role>> = {
  index: 'good',
  unchanged: 'quiet',
  skip: 'caution',
  delete: 'bad',
}

/** A plan for a person: its sums and, where asked, each file. */
export function planLines(
  { repository, totals, files }: PlanDocument,
  view: { readonly columns: number; readonly paint: Paint; readonly hasFiles: boolean },
): string[] {
  const { paint } = view
  const counts = [`${count(totals.index)} to index (${bytes(totals.bytes)})`]
  if (totals.unchanged > 0) counts.push(`${count(totals.unchanged)} unchanged`)
  if (totals.skip > 0) counts.push(`${count(totals.skip)} to skip`)
  if (totals.delete > 0) counts.push(`${count(totals.delete)} to delete`)
  const rows: LabelledRow[] = [['files', counts.join(', ')]]
  const languages = countsByName(totals.filesByLanguage, 8)
  if (languages !== '') rows.push(['languages', languages])
  const reasons = countsByName(reasonsInWords(totals.skippedByReason), 11)
  if (reasons !== '') rows.push(['skipped', reasons])
  const listed = files.map((file) => {
    const reason = file.reason === null ? '' : paint('quiet', `  ${printable(file.reason)}`)
    return `  ${paint(roles[file.action], file.action.padEnd(9))}  ${printable(file.path)}${reason}`
  })
  return [
    `${paint('strong', printable(repository))}: ${count(totals.files)} files`,
    ...labelledRows(rows, view),
    ...(view.hasFiles ? ['', ...listed] : ['', 'To see each file, add --files.']),
  ]
}
