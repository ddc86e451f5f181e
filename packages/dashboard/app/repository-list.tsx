import type { RepositoryInfo, TaskSummary } from '@cairn/protocol'
import { useCallback, useMemo, useState } from 'react'
import { useAgain } from './again.ts'
import { ago, count, moment, size } from './amounts.ts'
import { useConnected } from './connected.tsx'
import { endedTasks } from './ended-tasks.ts'
import { ErrorNote } from './error-note.tsx'
import { useLoaded } from './loaded.ts'
import { useNow } from './now.ts'
import { OptimizeButton } from './optimize-button.tsx'
import { allRepositories } from './repository-pages.ts'
import { hrefOf } from './route.ts'
import { SearchField } from './search-field.tsx'
import { StartButton } from './start-dialog.tsx'

/** Every indexed repository. */
export function RepositoryList({ tasks }: { tasks: readonly TaskSummary[] | null }) {
  const { client, hasControl } = useConnected()
  const now = useNow()
  const [text, setText] = useState('')
  const load = useCallback((signal: AbortSignal) => allRepositories(client, signal), [client])
  // Asked anew when a task has ended; that one was removed nobody tells.
  const { value, error, isLoading } = useLoaded(load, `${endedTasks(tasks)} ${useAgain()}`)
  const shown = useMemo(() => {
    const words = text.trim().toLowerCase()
    return (value ?? []).filter(({ name }) => name.toLowerCase().includes(words))
  }, [value, text])
  return (
    <section className="page">
      <div className="head">
        <h1>Repositories</h1>
        {hasControl && (
          <div className="buttons">
            <OptimizeButton />
            <StartButton />
          </div>
        )}
      </div>
      <div className="filters">
        <SearchField label="Filter by name" value={text} onChange={setText} />
      </div>
      {error !== null && <ErrorNote title="The repositories cannot be listed." error={error} />}
      {value === null && isLoading && <p className="muted empty">Loading …</p>}
      {value !== null && shown.length === 0 && (
        <p className="muted empty">
          {value.length === 0 ? 'Nothing is indexed yet.' : 'No repository matches.'}
        </p>
      )}
      <ul className="cards">
        {shown.map((repository) => (
          <RepositoryCard key={repository.name} repository={repository} now={now} />
        ))}
      </ul>
    </section>
  )
}

function RepositoryCard({ repository, now }: { repository: RepositoryInfo; now: number }) {
  const { name, files, chunks, symbols, languages, sizeBytes, indexedAt, ref, commit } = repository
  const main = Object.entries(languages)
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, 3)
    .map(([language]) => language)
  return (
    <li>
      <a className="card" href={hrefOf({ view: 'repository', name })}>
        <strong>{name}</strong>
        <span className="code muted">
          {[ref, commit?.slice(0, 8)].filter(Boolean).join(' @ ') || 'working tree'}
        </span>
        <span className="number">
          {count(files)} files · {count(chunks)} chunks · {count(symbols)} symbols
          {sizeBytes !== null && ` · ${size(sizeBytes)}`}
        </span>
        <span className="muted">
          {main.join(', ')}
          {main.length > 0 && ' · '}
          <time dateTime={indexedAt.toISOString()} title={moment(indexedAt)}>
            {ago(indexedAt, now)}
          </time>
        </span>
      </a>
    </li>
  )
}
