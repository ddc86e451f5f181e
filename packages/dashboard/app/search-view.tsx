import type { SearchHit, SearchRequest } from '@cairn/protocol'
import { type FormEvent, useCallback, useEffect, useState } from 'react'
import { ago, count, plural } from './amounts.ts'
import { Choice } from './choice.tsx'
import { CodeBlock } from './code-block.tsx'
import { useConnected } from './connected.tsx'
import { ErrorNote } from './error-note.tsx'
import { useLoaded } from './loaded.ts'
import { NeighbourGraph } from './neighbour-graph.tsx'
import { useNow } from './now.ts'
import { allRepositories } from './repository-pages.ts'
import { go } from './route.ts'

const modes = [
  ['hybrid', 'Words and meaning'],
  ['lexical', 'Words'],
  ['dense', 'Meaning'],
] as const

/** Search in everything that is indexed. */
export function SearchView({ query, repository }: { query: string; repository: string }) {
  const { client, announce } = useConnected()
  const now = useNow()
  const [text, setText] = useState(query)
  const [within, setWithin] = useState(repository)
  const [mode, setMode] = useState<(typeof modes)[number][0]>('hybrid')
  const [language, setLanguage] = useState('')
  const [path, setPath] = useState('')
  const [asked, setAsked] = useState({ language: '', path: '' })
  useEffect(() => {
    setText(query)
    setWithin(repository)
  }, [query, repository])

  const loadRepositories = useCallback(
    (signal: AbortSignal) => allRepositories(client, signal),
    [client],
  )
  const repositories = useLoaded(loadRepositories).value ?? []
  // One that the address names may be new, or gone.
  const names = [...new Set([...repositories.map(({ name }) => name), within])].filter(Boolean)
  const languages = [...new Set(repositories.flatMap((each) => Object.keys(each.languages)))].sort()

  const search = useCallback(
    (signal: AbortSignal) => {
      const request: SearchRequest = {
        query,
        mode,
        neighbours: true,
        limit: 20,
        ...(repository === '' ? {} : { repository }),
        ...(asked.language === '' ? {} : { language: asked.language }),
        ...(asked.path === '' ? {} : { path: asked.path }),
      }
      return client.search(request, { signal })
    },
    [client, query, repository, mode, asked],
  )
  const { value, error, isLoading } = useLoaded(query === '' ? null : search)
  useEffect(() => {
    if (value) announce(`${plural(value.hits.length, 'hit')}.`)
  }, [value, announce])

  const onSubmit = (event: FormEvent): void => {
    event.preventDefault()
    setAsked({ language, path: path.trim() })
    go({ view: 'search', query: text.trim(), repository: within })
  }

  return (
    <section className="page">
      <h1>Search</h1>
      <search>
        <form className="filters search-form" onSubmit={onSubmit}>
          <label className="field grows wide">
            <span className="visually-hidden">What to find</span>
            <input
              type="search"
              maxLength={10_000}
              placeholder="Where are failed requests retried?"
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
          </label>
          <button type="submit" className="primary">
            Search
          </button>
          <Choice
            label="Repository"
            value={within}
            options={[['', 'Every repository'], ...named(names)]}
            onChange={setWithin}
          />
          <Choice
            label="Language"
            value={language}
            options={[['', 'Every language'], ...named(languages)]}
            onChange={setLanguage}
          />
          <Choice label="By words or by meaning" value={mode} options={modes} onChange={setMode} />
          <label className="field grows">
            <span className="visually-hidden">Paths, as a glob</span>
            <input
              placeholder="Paths, such as src/**"
              value={path}
              onChange={(event) => setPath(event.target.value)}
            />
          </label>
        </form>
      </search>
      {error !== null && <ErrorNote title="The search failed." error={error} />}
      {isLoading && value === null && <p className="muted empty">Searching …</p>}
      {value !== null && (
        <div aria-busy={isLoading}>
          <p className="muted">
            {plural(value.hits.length, 'hit')}
            {value.freshness.map((each) => (
              <span key={each.repository}>
                {' · '}
                {each.repository} as of {ago(each.indexedAt, now)}
              </span>
            ))}
          </p>
          <ol className="hits">
            {value.hits.map((hit, index) => (
              <Hit key={hit.id} hit={hit} isFirst={index === 0} />
            ))}
          </ol>
        </div>
      )}
      {query === '' && (
        <p className="muted empty">
          Ask in your own words, or name what you look for: a function, a setting, an error.
        </p>
      )}
    </section>
  )
}

function Hit({ hit, isFirst }: { hit: SearchHit; isFirst: boolean }) {
  const { repository, path, startLine, endLine, symbol, symbolKind, language, text, score } = hit
  const neighbours = Object.values(hit.neighbours ?? {}).reduce((sum, list) => sum + list.length, 0)
  const [isOpen, setIsOpen] = useState(isFirst)
  return (
    <li className="hit">
      <h2>
        <span className="code path">
          {path}:{startLine}
          {endLine > startLine && `–${endLine}`}
        </span>
      </h2>
      <p className="muted">
        {repository} · {language}
        {symbol !== null && (
          <>
            {' · '}
            {symbolKind} <span className="code">{symbol}</span>
          </>
        )}
        {' · '}
        <span title="Comparable within this answer only">score {score.toPrecision(3)}</span>
      </p>
      <CodeBlock
        text={text}
        language={language}
        startLine={startLine}
        label={`${path}, lines ${startLine} to ${endLine}`}
      />
      {neighbours > 0 && (
        <details
          className="neighbours"
          open={isOpen}
          onToggle={(event) => setIsOpen(event.currentTarget.open)}
        >
          <summary>Neighbours {count(neighbours)}</summary>
          {isOpen && <NeighbourGraph hit={hit} />}
        </details>
      )}
    </li>
  )
}

function named(names: readonly string[]): (readonly [string, string])[] {
  return names.map((name) => [name, name])
}
