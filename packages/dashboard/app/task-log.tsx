import type { LogEntry, LogListQuery, StatusDocument } from '@cairn/protocol'
import { useMemo, useState } from 'react'
import { count, moment, timeOfDay } from './amounts.ts'
import { useConnected } from './connected.tsx'
import { ErrorNote } from './error-note.tsx'
import { useFollowLog } from './follow-log.ts'
import { useLogPages } from './log-pages.ts'
import { useSettled } from './settled.ts'

const levels = ['DEBUG', 'INFO', 'WARNING', 'ERROR'] as const

const every = (): boolean => true

/** The log of a task: search, level, and page after page. */
export function TaskLog({ status }: { status: StatusDocument }) {
  const { client } = useConnected()
  const [level, setLevel] = useState<(typeof levels)[number]>('INFO')
  const [text, setText] = useState('')
  const [file, setFile] = useState('')
  const q = useSettled(text.trim())
  const path = useSettled(file.trim())
  const filter = useMemo<LogListQuery>(
    () => ({ level, ...(q === '' ? {} : { q }), ...(path === '' ? {} : { file: path }) }),
    [level, q, path],
  )
  const pages = useLogPages(client, status.taskId, filter, every)
  useFollowLog(pages, status.seq)
  const { entries, total, hasMore, isLoading, error, more } = pages
  return (
    <>
      <div className="filters">
        <label className="field">
          <span className="visually-hidden">Least level</span>
          <select value={level} onChange={(event) => setLevel(levelOf(event.target.value))}>
            {levels.map((each) => (
              <option key={each} value={each}>
                {each === 'ERROR' ? 'Errors' : `${title(each)} and up`}
              </option>
            ))}
          </select>
        </label>
        <label className="field grows">
          <span className="visually-hidden">Search the messages</span>
          <input
            type="search"
            placeholder="Search the messages"
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        <label className="field grows">
          <span className="visually-hidden">Path of a file</span>
          <input
            type="search"
            placeholder="Path of a file"
            value={file}
            onChange={(event) => setFile(event.target.value)}
          />
        </label>
      </div>
      {error !== null && <ErrorNote title="The log cannot be read." error={error} />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard. */}
      <ol className="log scrolls" tabIndex={0} aria-label="Log">
        {entries.map((entry, index) => (
          <LogLine key={index} entry={entry} />
        ))}
      </ol>
      <p className="list-end muted">
        {entries.length === 0 && !isLoading && error === null && 'No line matches. '}
        {total !== null &&
          entries.length > 0 &&
          `${count(entries.length)} of ${count(total)} lines. `}
        {hasMore && (
          <button type="button" onClick={more} disabled={isLoading}>
            Show more
          </button>
        )}
      </p>
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

function levelOf(value: string): (typeof levels)[number] {
  return levels.find((level) => level === value) ?? 'INFO'
}

function title(level: string): string {
  return level.charAt(0) + level.slice(1).toLowerCase()
}
