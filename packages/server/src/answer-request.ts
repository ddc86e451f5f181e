import { checkAccepted } from './accepted-types.ts'
import type { AnsweredRoute, ServerContext } from './answer-context.ts'
import { answerRoute } from './answers.ts'
import type { Cors } from './cors.ts'
import type { Dashboard } from './dashboard.ts'
import { decodeInput } from './decode-input.ts'
import type { RequestContext, ServerLogger } from './options.ts'
import type { Applicant } from './permissions.ts'
import { ProblemError, problemAnswer } from './problem-error.ts'
import { readBody } from './read-body.ts'
import { readQuery } from './read-query.ts'
import { requestHead } from './request-head.ts'
import { splitTarget } from './request-target.ts'
import type { Router } from './router.ts'
import type { Scope } from './scope.ts'
import { sourceProblem } from './source-problem.ts'
import type { WireAnswer, WireRequest } from './wire-request.ts'

/** What {@link createRequestAnswerer} is made from. */
export interface RequestAnswererOptions {
  readonly basePath: string
  readonly router: Router
  readonly cors: Cors
  readonly permit: (applicant: Applicant) => Promise<Scope>
  readonly logger: ServerLogger
  readonly server: ServerContext
  /** Null where the page is not served. */
  readonly dashboard: Dashboard | null
}

const commonHeaders = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
} as const

/** Answers requests; never rejects. */
export function createRequestAnswerer(
  options: RequestAnswererOptions,
): (request: WireRequest, context: RequestContext) => Promise<WireAnswer> {
  const { basePath, router, cors, permit, logger, server, dashboard } = options
  const { limits } = server

  const answer = async (request: WireRequest, context: RequestContext): Promise<WireAnswer> => {
    const [path, query] = splitTarget(request.target)
    if (!path.startsWith(`${basePath}/`))
      throw new ProblemError(404, 'There is nothing at this path.')
    const { method } = request
    const relativePath = path.slice(basePath.length)
    // Browsers send a preflight without credentials; it is answered alike for every path, whether there is one or not.
    if (isPreflight(request)) {
      return { status: 204, headers: cors.preflightHeaders(request), body: null }
    }
    const scope = await permit({
      origin: request.header('origin'),
      ownOrigin: request.origin,
      isGuarded: !['GET', 'HEAD', 'OPTIONS'].includes(method),
      head: () => requestHead(request),
      context,
    })
    if (dashboard?.owns(relativePath)) return dashboard.answer(relativePath, request)
    if (method === 'OPTIONS') {
      return { status: 204, headers: { allow: router.methods(relativePath) }, body: null }
    }
    const { route, parameters } = router.match(method, relativePath)
    if (route.kind === 'socket') {
      throw new ProblemError(426, 'This path is a WebSocket.', {
        headers: { upgrade: 'websocket' },
      })
    }
    checkAccepted(
      request.header('accept'),
      route.kind === 'event-stream' ? 'text/event-stream' : 'application/json',
    )
    const given = readQuery(query)
    return answerRoute(route.name as AnsweredRoute, {
      ...server,
      request,
      requestContext: context,
      parameters,
      query: route.query === null ? null : decodeInput(route.query, given, 'query'),
      body:
        route.body === null
          ? null
          : decodeInput(route.body, await readBody(request, context, limits.maxBodyBytes), 'body'),
      scope,
    })
  }

  const problem = (error: unknown): WireAnswer => {
    const found = sourceProblem(error, limits.retryAfterSeconds)
    if (found.problem.status === 500) logger.error({ err: error }, 'A request failed')
    else if (found.problem.status === 503) logger.warn({ err: error }, 'A request was put off')
    return problemAnswer(found)
  }

  return async (request, context) => {
    let given: WireAnswer
    try {
      given = await answer(request, context)
    } catch (error) {
      given = problem(error)
    }
    const shared = cors.headers(request)
    const headers = {
      ...commonHeaders,
      ...shared,
      ...given.headers,
      ...joinVary(shared, given.headers),
    }
    return { ...given, headers }
  }
}

/** What both vary by: one of them alone would have a cache give an answer to the wrong reader. */
function joinVary(...all: Readonly<Record<string, string>>[]): Record<string, string> {
  const names = new Set(all.flatMap(({ vary }) => vary ?? []))
  return names.size === 0 ? {} : { vary: [...names].join(', ') }
}

/** Whether a browser asks if a page may send a request (Fetch, section 4.8). */
function isPreflight({ method, header }: WireRequest): boolean {
  return (
    method === 'OPTIONS' &&
    header('origin') !== null &&
    header('access-control-request-method') !== null
  )
}
