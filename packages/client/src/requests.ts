import type { WireRoute } from '@cairn/protocol/wire'
import { fromWire, toWire, WireShapeError, wireQuery, wireRoutes } from '@cairn/protocol/wire'
import { withDeadline } from './deadline.ts'
import { invalidAnswer, refusal, StatusClientError, unreachable } from './status-client-error.ts'

/** Headers of every request: values by name, or a function that gives them anew for each request. */
export type RequestHeaders =
  | Readonly<Record<string, string>>
  | (() => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>)

/** What a query string is made of: camelCase names, lists, dates. */
export type Query = Readonly<Record<string, unknown>>

/** What one call gives along. */
export interface CallParts {
  /** Of the path's parameter, where it has one: a task or a repository. */
  readonly name?: string
  readonly query?: Query
  readonly body?: unknown
  readonly signal?: AbortSignal | undefined
}

/** Requests to one status server. */
export interface Requests {
  /** The answer of a route, in process form. */
  call(route: keyof typeof wireRoutes, parts?: CallParts): Promise<unknown>
  /** A stream that the server accepted. Rejects with `signal.reason` when it is aborted. */
  open(path: string, query: Query, accept: string, signal: AbortSignal): Promise<Response>
  /** Where a path is. */
  urlOf(path: string, query?: Query): URL
}

/** What {@link createRequests} works with. */
export interface RequestOptions {
  readonly baseUrl: string
  readonly fetch: typeof fetch
  readonly headers: RequestHeaders
  /** Milliseconds for one call, with its answer read. */
  readonly timeoutMs: number
  /** Ends every call. */
  readonly signal: AbortSignal
}

/** Requests to one status server. @throws {@link StatusClientError} `INVALID_OPTIONS` */
export function createRequests(options: RequestOptions): Requests {
  const { href } = (globalThis as { location?: { href?: string } }).location ?? {}
  const isOfPage = options.baseUrl.startsWith('/')
  // A page that is rendered on a server has no address there, and asks for nothing there.
  const base = isOfPage && href === undefined ? null : parseBaseUrl(options.baseUrl, href)

  const urlOf = (path: string, query: Query = {}): URL => {
    const url = new URL((base ?? parseBaseUrl(options.baseUrl, href)) + path)
    for (const [name, value] of wireQuery(query)) url.searchParams.set(name, value)
    return url
  }

  const send = async (url: URL, init: RequestInit & { headers: object }): Promise<Response> => {
    const { headers } = options
    const own = typeof headers === 'function' ? await headers() : headers
    try {
      return await options.fetch(url, { ...init, headers: { ...init.headers, ...own } })
    } catch (error) {
      init.signal?.throwIfAborted()
      throw unreachable(error)
    }
  }

  return {
    urlOf,

    async call(route, { name, query = {}, body, signal } = {}) {
      const { method, path: template, body: bodyShape, answer }: WireRoute = wireRoutes[route]
      const url = urlOf(name === undefined ? template : pathOf(template, name), query)
      return withDeadline(options.timeoutMs, [signal, options.signal], async (deadline) => {
        const response = await send(url, {
          method,
          signal: deadline,
          headers: {
            accept: 'application/json',
            ...(bodyShape && { 'content-type': 'application/json' }),
          },
          ...(bodyShape && { body: JSON.stringify(toWire(bodyShape, body)) }),
        })
        try {
          if (!response.ok) throw await refusal(response)
          return fromWire(answer, JSON.parse(await response.text()))
        } catch (error) {
          deadline.throwIfAborted()
          if (StatusClientError.isInstance(error)) throw error
          if (error instanceof SyntaxError || error instanceof WireShapeError) {
            throw invalidAnswer(error, response.status)
          }
          throw unreachable(error)
        }
      })
    },

    async open(path, query, accept, signal) {
      const response = await send(urlOf(path, query), { signal, headers: { accept } })
      if (!response.ok) throw await refusal(response)
      return response
    },
  }
}

function parseBaseUrl(text: string, page: string | undefined): string {
  let url: URL
  try {
    url = new URL(text, page)
  } catch (cause) {
    const detail = `baseUrl "${text}" is not an address; outside of a browser it has to be absolute.`
    throw new StatusClientError('INVALID_OPTIONS', detail, { cause })
  }
  if (!/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    const detail = 'baseUrl has to be an http or https address without credentials.'
    throw new StatusClientError('INVALID_OPTIONS', `${detail} Pass those as headers.`)
  }
  return url.origin + url.pathname.replace(/\/+$/, '')
}

/**
 * A route's path with the name of a task or repository as its parameter.
 * @throws {@link StatusClientError} `INVALID_OPTIONS` for what a path cannot hold: `.` and `..` are taken out of
 * it, encoded or not, and half a surrogate pair cannot be encoded
 */
export function pathOf(template: string, name: string): string {
  if (name === '' || name === '.' || name === '..' || /\p{Cs}/u.test(name)) {
    const detail = `"${name}" is not the name of a task or repository.`
    throw new StatusClientError('INVALID_OPTIONS', detail)
  }
  return template.replace(/\{\w+\}/, () => encodeURIComponent(name))
}
