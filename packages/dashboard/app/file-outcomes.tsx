import type { FileOutcome, LogEntry, LogListQuery, StatusDocument } from '@cairn/protocol'
import { useCallback, useMemo, useState } from 'react'
import { count, plural, size } from './amounts.ts'
import { useConnected } from './connected.tsx'
import { ErrorNote } from './error-note.tsx'
import { useFollowLog } from './follow-log.ts'
import { useLogPages } from './log-pages.ts'
import { useSettled } from './settled.ts'

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

const reasonTexts: Readonly<Record<string, string>> = {
  binary: 'Not text',
  too_large: 'Too large',
  generated: 'Generated',
  minified: 'Minified',
  vendored: 'Third-party code',
  lfs_pointer: 'A pointer of Git LFS',
  symlink: 'A symbolic link',
  submodule: 'A submodule',
  no_text: 'Without text',
  excluded: 'Excluded by a setting',
  unreadable: 'Cannot be read',
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
  const { entries, hasMore, isLoading, error, more } = pages
  return (
    <>
      <div className="filters">
        <fieldset className="chips">
          <legend className="visually-hidden">Outcome</legend>
          {outcomes.map((each) => (
            <button
              type="button"
              className="chip"
              key={each}
              aria-pressed={outcome === each}
              onClick={() => setChosen(each)}
            >
              {outcomeTexts[each]} {count(status.files[each])}
            </button>
          ))}
        </fieldset>
        <label className="field grows">
          <span className="visually-hidden">Filter by path</span>
          <input
            type="search"
            placeholder="Filter by path"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
      </div>
      {error !== null && <ErrorNote title="The files cannot be listed." error={error} />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard. */}
      <ul className="files scrolls" tabIndex={0} aria-label="Files">
        {entries.map(({ details }) => (
          <FileRow key={String(details.path)} details={details} />
        ))}
      </ul>
      <p className="list-end muted">
        {entries.length === 0 && !isLoading && error === null && 'No file. '}
        {entries.length > 0 && `${plural(entries.length, 'file')} shown. `}
        {hasMore && (
          <button type="button" onClick={more} disabled={isLoading}>
            Show more
          </button>
        )}
      </p>
    </>
  )
}

function FileRow({ details }: { details: LogEntry['details'] }) {
  const { path, reason, detail, chunks, size_bytes: bytes, error } = details
  const why =
    typeof reason === 'string'
      ? (reasonTexts[reason] ?? reason)
      : isError(error)
        ? error.error_message
        : null
  return (
    <li>
      <span className="code path">{String(path)}</span>
      <span className="muted">
        {[
          why,
          typeof detail === 'string' ? detail : null,
          typeof chunks === 'number' && chunks > 0 ? plural(chunks, 'chunk') : null,
          typeof bytes === 'number' ? size(bytes) : null,
        ]
          .filter((part) => part !== null)
          .join(' · ')}
      </span>
    </li>
  )
}

function isError(value: unknown): value is { error_message: string } {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as { error_message?: unknown }).error_message === 'string'
  )
}
