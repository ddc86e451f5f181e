import type { StatusClient } from '@cairn/client'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useAllTasks } from './all-tasks.ts'
import { ConnectedContext } from './connected.tsx'
import { Connection, ConnectionBanner } from './connection.tsx'
import { useHasControl } from './control-routes.ts'
import { focusHeading } from './focus-heading.ts'
import { RepositoryList } from './repository-list.tsx'
import { RepositoryView } from './repository-view.tsx'
import { hrefOf, type Route, routeOf, useHash } from './route.ts'
import { SearchView } from './search-view.tsx'
import { TaskList } from './task-list.tsx'
import { TaskView } from './task-view.tsx'
import { ThemeChoice } from './theme-choice.tsx'
import { ViewBoundary } from './view-boundary.tsx'

/** The whole page. */
export function App(props: { client: StatusClient; patientClient: StatusClient; api: string }) {
  const { client, patientClient, api } = props
  const hash = useHash()
  const route = useMemo(() => routeOf(hash), [hash])
  const { tasks, connection, error, relist } = useAllTasks(client)
  const hasControl = useHasControl(api, connection === 'live' || connection === 'polling')
  const [message, setMessage] = useState('')
  const announce = useCallback((text: string) => setMessage(text), [])
  const connected = useMemo(
    () => ({ client, patientClient, hasControl, announce }),
    [client, patientClient, hasControl, announce],
  )
  const title = titleOf(route)
  useEffect(() => {
    document.title = `${title} · cairn`
  }, [title])
  const path = hash.split('?')[0] ?? ''
  useHeadingFocus(path)

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
        <ViewBoundary key={path}>
          {route.view === 'tasks' && <TaskList tasks={tasks} onDropped={relist} />}
          {route.view === 'task' && (
            <TaskView key={route.taskId} taskId={route.taskId} tasks={tasks} />
          )}
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
        </ViewBoundary>
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
