import type { LogEntry, LogListQuery, StatusDocument } from '@cairn/protocol'
import { useMemo, useState } from 'react'
import { count, moment, timeOfDay } from './amounts.ts'
import { Choice } from './choice.tsx'
import { useConnected } from './connected.tsx'
import { ErrorNote } from './error-note.tsx'
import { useFollowLog } from './follow-log.ts'
import { ListEnd } from './list-end.tsx'
import { useLogPages } from './log-pages.ts'
import { SearchField } from './search-field.tsx'
import { useSettled } from './settled.ts'

const levels = [
  ['DEBUG', 'Debug and up'],
  ['INFO', 'Info and up'],
  ['WARNING', 'Warning and up'],
  ['ERROR', 'Errors'],
] as const

/** How far the log goes back from the newest that is known of the task: it is read oldest first, and may be long. */
const spans = [
  ['start', 'From the start'],
  ['hour', 'The last hour'],
  ['minutes', 'The last 10 minutes'],
  ['minute', 'The last minute'],
] as const

const spanSeconds = { hour: 3_600, minutes: 600, minute: 60 } as const

const every = (): boolean => true

/** The log of a task: search, level, and page after page. */
export function TaskLog({ status }: { status: StatusDocument }) {
  const { client } = useConnected()
  const [level, setLevel] = useState<(typeof levels)[number][0]>('INFO')
  const [from, setFrom] = useState<(typeof spans)[number][0]>('start')
  const [since, setSince] = useState<Date | null>(null)
  const [text, setText] = useState('')
  const [file, setFile] = useState('')
  const q = useSettled(text.trim())
  const path = useSettled(file.trim())
  const filter = useMemo<LogListQuery>(
    () => ({
      level,
      ...(since === null ? {} : { since }),
      ...(q === '' ? {} : { q }),
      ...(path === '' ? {} : { file: path }),
    }),
    [level, since, q, path],
  )
  const chooseSpan = (span: typeof from): void => {
    setFrom(span)
    setSince(span === 'start' ? null : new Date(+status.updatedAt - 1_000 * spanSeconds[span]))
  }
  const pages = useLogPages(client, status.taskId, filter, every)
  useFollowLog(pages, status.seq)
  const { entries, total, error } = pages
  return (
    <>
      <div className="filters">
        <Choice label="Least level" value={level} options={levels} onChange={setLevel} />
        <Choice label="From when" value={from} options={spans} onChange={chooseSpan} />
        <SearchField label="Search the messages" value={text} onChange={setText} />
        <SearchField label="Path of a file" value={file} onChange={setFile} />
      </div>
      {error !== null && <ErrorNote title="The log cannot be read." error={error} />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard. */}
      <ol className="log scrolls" tabIndex={0} aria-label="Log">
        {entries.map((entry, index) => (
          <LogLine key={index} entry={entry} />
        ))}
      </ol>
      <ListEnd
        pages={pages}
        nothing="No line matches."
        shown={`${count(entries.length)} of ${count(total ?? entries.length)} lines.`}
      />
    </>
  )
}

function LogLine({ entry }: { entry: LogEntry }) {
  const { timestamp, level, stage, message } = entry
  return (
    <li data-level={level}>
      <time dateTime={timestamp.toISOString()} title={moment(timestamp)}>
        {timeOfDay(timestamp)}
      </time>
      <span className="level">{level}</span>
      <span className="muted log-stage">{stage}</span>
      <span className="message">{message}</span>
    </li>
  )
}
