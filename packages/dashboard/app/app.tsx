import type { ConnectionState, StatusClient, StatusClientError } from '@cairn/client'
import { useIndexTasks } from '@cairn/client/react'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { ConnectedContext } from './connected.tsx'
import { useHasControl } from './control-routes.ts'
import { ErrorNote } from './error-note.tsx'
import { focusHeading } from './focus-heading.ts'
import { RepositoryList } from './repository-list.tsx'
import { RepositoryView } from './repository-view.tsx'
import { hrefOf, type Route, routeOf, useHash } from './route.ts'
import { SearchView } from './search-view.tsx'
import { TaskList } from './task-list.tsx'
import { TaskView } from './task-view.tsx'
import { chooseTheme, storedTheme, type Theme, themes } from './theme.ts'

const everyTask = { limit: Number.POSITIVE_INFINITY }

/** The whole page. */
export function App({ client, api }: { client: StatusClient; api: string }) {
  const hash = useHash()
  const route = useMemo(() => routeOf(hash), [hash])
  const { tasks, connection, error } = useIndexTasks(client, everyTask)
  const hasControl = useHasControl(api, connection === 'live' || connection === 'polling')
  const [message, setMessage] = useState('')
  const announce = useCallback((text: string) => setMessage(text), [])
  const connected = useMemo(
    () => ({ client, hasControl, announce }),
    [client, hasControl, announce],
  )
  const title = titleOf(route)
  useEffect(() => {
    document.title = `${title} · cairn`
  }, [title])
  useHeadingFocus(hash.split('?')[0] ?? '')

  return (
    <ConnectedContext value={connected}>
      <header className="bar">
        <a className="skip-link" href={hash || '#/'} onClick={skipToContent}>
          Skip to the content
        </a>
        <a className="brand" href="#/">
          <Mark />
          cairn
        </a>
        <nav aria-label="Views">
          <NavLink
            to={{ view: 'tasks' }}
            isCurrent={route.view === 'tasks' || route.view === 'task'}
          >
            Tasks
          </NavLink>
          <NavLink
            to={{ view: 'repositories' }}
            isCurrent={route.view === 'repositories' || route.view === 'repository'}
          >
            Repositories
          </NavLink>
          <NavLink
            to={{ view: 'search', query: '', repository: '' }}
            isCurrent={route.view === 'search'}
          >
            Search
          </NavLink>
        </nav>
        <Connection state={connection} />
        <ThemeChoice />
      </header>
      <ConnectionBanner connection={connection} error={error} announce={announce} />
      <main id="content" tabIndex={-1}>
        {route.view === 'tasks' && <TaskList tasks={tasks} />}
        {route.view === 'task' && <TaskView key={route.taskId} taskId={route.taskId} />}
        {route.view === 'repositories' && <RepositoryList tasks={tasks} />}
        {route.view === 'repository' && (
          <RepositoryView key={route.name} name={route.name} tasks={tasks} />
        )}
        {route.view === 'search' && (
          <SearchView query={route.query} repository={route.repository} />
        )}
        {route.view === 'unknown' && (
          <section className="page">
            <h1>There is nothing at this address</h1>
            <p>
              <a href="#/">See all tasks</a>
            </p>
          </section>
        )}
      </main>
      <div className="visually-hidden" role="status" aria-live="polite">
        {message}
      </div>
    </ConnectedContext>
  )
}

function titleOf(route: Route): string {
  switch (route.view) {
    case 'tasks':
      return 'Tasks'
    case 'task':
      return `Task ${route.taskId}`
    case 'repositories':
      return 'Repositories'
    case 'repository':
      return route.name
    case 'search':
      return route.query === '' ? 'Search' : `${route.query} · Search`
    case 'unknown':
      return 'Not found'
  }
}

/** A new view begins to be read at its heading, as a new page would. */
function useHeadingFocus(path: string): void {
  const shown = useRef(path)
  useEffect(() => {
    if (shown.current === path) return
    shown.current = path
    focusHeading()
    document.getElementById('content')?.scrollTo(0, 0)
  }, [path])
}

function skipToContent(event: { preventDefault(): void }): void {
  // The fragment is the view's address.
  event.preventDefault()
  document.getElementById('content')?.focus()
}

function NavLink(props: { to: Route; isCurrent: boolean; children: string }) {
  return (
    <a href={hrefOf(props.to)} aria-current={props.isCurrent ? 'page' : undefined}>
      {props.children}
    </a>
  )
}

function Mark() {
  return (
    <svg viewBox="0 0 20 18" width="20" height="18" aria-hidden="true">
      <rect x="0" y="13" width="20" height="5" rx="2.5" />
      <rect x="2.5" y="6.5" width="15" height="5" rx="2.5" opacity=".75" />
      <rect x="5.5" y="0" width="9" height="5" rx="2.5" opacity=".5" />
    </svg>
  )
}

const connectionTexts: Readonly<Record<ConnectionState, string>> = {
  connecting: 'Connecting',
  live: 'Live',
  polling: 'Every few seconds',
  reconnecting: 'Reconnecting',
  ended: 'Disconnected',
}

function Connection({ state }: { state: ConnectionState }) {
  return (
    <span className="connection" data-state={state}>
      <span className="dot" aria-hidden="true" />
      {connectionTexts[state]}
    </span>
  )
}

/** Says that the connection is lost, and that it is back: once each. */
function ConnectionBanner(props: {
  connection: ConnectionState
  error: StatusClientError | null
  announce: (message: string) => void
}) {
  const { connection, error, announce } = props
  const wasLost = useRef(false)
  const isLost = connection === 'reconnecting' || (connection === 'connecting' && error !== null)
  useEffect(() => {
    if (isLost && !wasLost.current) {
      announce('The connection is lost. Trying to reconnect.')
      wasLost.current = true
    } else if (wasLost.current && (connection === 'live' || connection === 'polling')) {
      announce('The connection is back.')
      wasLost.current = false
    }
  }, [isLost, connection, announce])
  if (connection === 'ended' && error) {
    return (
      <div className="banner">
        <ErrorNote title="The server refused the connection." error={error} />
      </div>
    )
  }
  if (!isLost) return null
  return (
    <p className="banner" data-testid="connection-lost">
      <strong>The connection is lost.</strong> What is shown may be old. The page is trying to
      reconnect.
    </p>
  )
}

const themeTexts: Readonly<Record<Theme, string>> = {
  system: 'Automatic',
  light: 'Light',
  dark: 'Dark',
}

function ThemeChoice() {
  const [theme, setTheme] = useState<Theme>(storedTheme)
  const next = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'system'
  return (
    <button
      type="button"
      className="quiet theme"
      aria-label={`${themeTexts[theme]} colours; change to ${themeTexts[next].toLowerCase()}`}
      title={`${themeTexts[theme]} colours`}
      onClick={() => {
        chooseTheme(next)
        setTheme(next)
      }}
    >
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <circle cx="8" cy="8" r="6.25" fill="none" stroke="currentColor" strokeWidth="1.5" />
        {theme === 'system' && <path d="M8 1.75a6.25 6.25 0 0 1 0 12.5z" fill="currentColor" />}
        {theme === 'dark' && <circle cx="8" cy="8" r="6.25" fill="currentColor" />}
      </svg>
      <span className="theme-name">{themeTexts[theme]}</span>
    </button>
  )
}
