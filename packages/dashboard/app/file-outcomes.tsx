import type { FileOutcome, LogEntry, LogListQuery, StatusDocument } from '@cairn/protocol'
import { useCallback, useMemo, useState } from 'react'
import { count, plural, size } from './amounts.ts'
import { Chips } from './chips.tsx'
import { useConnected } from './connected.tsx'
import { ErrorNote } from './error-note.tsx'
import { FileRow } from './file-row.tsx'
import { useFollowLog } from './follow-log.ts'
import { ListEnd } from './list-end.tsx'
import { useLogPages } from './log-pages.ts'
import { SearchField } from './search-field.tsx'
import { useSettled } from './settled.ts'
import { skipReasonText } from './skip-reasons.ts'

const outcomes = ['failed', 'skipped', 'deleted', 'indexed', 'unchanged'] as const

const outcomeTexts: Readonly<Record<FileOutcome, string>> = {
  failed: 'Failed',
  skipped: 'Skipped',
  deleted: 'Deleted',
  indexed: 'Indexed',
  unchanged: 'Unchanged',
}

/** What the log's line of a file contains, by what became of it: the server narrows by it. */
const phrases: Readonly<Record<FileOutcome, string>> = {
  failed: ': failed',
  skipped: ': skipped',
  deleted: ', deleted.',
  indexed: ': indexed.',
  unchanged: ': unchanged.',
}

/** What became of each file. */
export function FileOutcomes({ status }: { status: StatusDocument }) {
  const { client } = useConnected()
  const [chosen, setChosen] = useState<FileOutcome | null>(null)
  const [text, setText] = useState('')
  const path = useSettled(text.trim())
  const outcome = chosen ?? outcomes.find((each) => status.files[each] > 0) ?? 'indexed'
  // The server searches for one text; what it leaves is looked through here.
  const filter = useMemo<LogListQuery>(
    () => ({ level: 'DEBUG', q: path === '' ? phrases[outcome] : path }),
    [path, outcome],
  )
  const accept = useCallback(
    ({ details }: LogEntry) => details.outcome === outcome && typeof details.path === 'string',
    [outcome],
  )
  const pages = useLogPages(client, status.taskId, filter, accept)
  useFollowLog(pages, status.seq)
  const { entries, error } = pages
  return (
    <>
      <div className="filters">
        <Chips
          label="Outcome"
          value={outcome}
          options={outcomes.map((each) => [
            each,
            `${outcomeTexts[each]} ${count(status.files[each])}`,
          ])}
          onChoose={setChosen}
        />
        <SearchField label="Filter by path" value={text} onChange={setText} />
      </div>
      {error !== null && <ErrorNote title="The files cannot be listed." error={error} />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard. */}
      <ul className="files scrolls" tabIndex={0} aria-label="Files">
        {entries.map(({ details }) => (
          <FileRow
            key={String(details.path)}
            path={String(details.path)}
            notes={notesOf(details)}
          />
        ))}
      </ul>
      <ListEnd
        pages={pages}
        nothing="No file."
        shown={`${plural(entries.length, 'file')} shown.`}
      />
    </>
  )
}

/** What is said of a file, by the details of its line in the log. */
function notesOf(details: LogEntry['details']): readonly (string | null)[] {
  const { reason, detail, chunks, size_bytes: bytes, error } = details
  return [
    typeof reason === 'string' ? skipReasonText(reason) : null,
    isError(error) ? error.error_message : null,
    typeof detail === 'string' ? detail : null,
    typeof chunks === 'number' && chunks > 0 ? plural(chunks, 'chunk') : null,
    typeof bytes === 'number' ? size(bytes) : null,
  ]
}

function isError(value: unknown): value is { error_message: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { error_message?: unknown }).error_message === 'string'
  )
}
