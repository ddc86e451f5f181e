import { useSyncExternalStore } from 'react'

/**
 * What the page shows. It stands in the fragment of the address, so that any static host serves it, below any
 * path, without a rule for each view.
 */
export type Route =
  | { readonly view: 'tasks' }
  | { readonly view: 'task'; readonly taskId: string }
  | { readonly view: 'repositories' }
  | { readonly view: 'repository'; readonly name: string }
  | { readonly view: 'search'; readonly query: string; readonly repository: string }
  | { readonly view: 'unknown' }

/** The fragment that leads to a route. */
export function hrefOf(route: Route): string {
  switch (route.view) {
    case 'tasks':
    case 'unknown':
      return '#/'
    case 'task':
      return `#/tasks/${encodeURIComponent(route.taskId)}`
    case 'repositories':
      return '#/repositories'
    case 'repository':
      return `#/repositories/${encodeURIComponent(route.name)}`
    case 'search': {
      const query = new URLSearchParams()
      if (route.query !== '') query.set('q', route.query)
      if (route.repository !== '') query.set('repository', route.repository)
      return `#/search${query.size > 0 ? `?${query}` : ''}`
    }
  }
}

/** The route that a fragment leads to. */
export function routeOf(hash: string): Route {
  const [path = '', search = ''] = hash.replace(/^#\/?/, '').split(/\?(.*)/s)
  const [view = '', name = '', ...rest] = path.split('/')
  if (rest.length > 0) return { view: 'unknown' }
  const decoded = decode(name)
  if (view === '' && name === '') return { view: 'tasks' }
  if (view === 'tasks' && decoded) return { view: 'task', taskId: decoded }
  if (view === 'repositories') {
    return decoded ? { view: 'repository', name: decoded } : { view: 'repositories' }
  }
  if (view === 'search' && name === '') {
    const query = new URLSearchParams(search)
    return {
      view: 'search',
      query: query.get('q') ?? '',
      repository: query.get('repository') ?? '',
    }
  }
  return { view: 'unknown' }
}

function decode(segment: string): string | null {
  try {
    return decodeURIComponent(segment)
  } catch {
    return null
  }
}

/** Goes to a route. */
export function go(route: Route): void {
  location.hash = hrefOf(route)
}

function subscribe(onChange: () => void): () => void {
  addEventListener('hashchange', onChange)
  return () => removeEventListener('hashchange', onChange)
}

/** The fragment as it is now. */
export function useHash(): string {
  return useSyncExternalStore(subscribe, () => location.hash)
}
