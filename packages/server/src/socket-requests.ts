import { streamQuerySchema } from '@cairn/protocol'
import type { ServerContext } from './answer-context.ts'
import { decodeInput } from './decode-input.ts'
import { followMany } from './live-socket.ts'
import type { RequestContext } from './options.ts'
import type { Applicant } from './permissions.ts'
import { ProblemError } from './problem-error.ts'
import { readQuery } from './read-query.ts'
import type { Reader } from './reader.ts'
import { requestHead } from './request-head.ts'
import { splitTarget } from './request-target.ts'
import type { NamedRoute, Router } from './router.ts'
import type { Scope } from './scope.ts'
import { createSocketConnection, type Socket, type SocketConnection } from './socket-connection.ts'
import type { SocketTalk } from './socket-talk.ts'
import { streamPosition } from './task-answers.ts'
import { followOnSocket } from './task-socket.ts'
import { readVisible } from './visible-task.ts'

/** A request to open a socket. */
export interface SocketRequest {
  readonly method: string
  /** Path and query, as they were sent. */
  readonly target: string
  /** The origin that was asked. */
  readonly origin: string
  /** The `Origin` header: that of the page which asks. */
  readonly pageOrigin: string | null
  headers(): Headers
}

/** A socket that is let in. */
export interface Admission {
  /** Serves the socket when it is open. */
  open(socket: Socket): SocketConnection
  /** Gives the place back when the socket is closed. */
  leave(): void
}

/** Lets sockets in. */
export interface SocketRequests {
  /** @throws ProblemError where the socket is not let in */
  admit(request: SocketRequest, context: RequestContext): Promise<Admission>
}

/** What {@link createSocketRequests} is made from. */
export interface SocketRequestsOptions {
  readonly basePath: string
  readonly router: Router
  readonly permit: (applicant: Applicant) => Promise<Scope>
  readonly server: ServerContext
}

/** Lets sockets in to the streams over a source. */
export function createSocketRequests(options: SocketRequestsOptions): SocketRequests {
  const { basePath, router, permit, server } = options
  const { limits, connections, hub, documents } = server

  const talkOf = (
    route: NamedRoute,
    taskId: string,
    query: Readonly<Record<string, string>>,
    scope: Scope,
  ): ((reader: Reader) => SocketTalk) => {
    const source = { hub, documents, read: readVisible(server.readShared, scope) }
    if (route.name === 'taskStream') {
      const position = streamPosition(decodeInput(streamQuerySchema, query, 'query'))
      return (reader) => followOnSocket(reader, taskId, position, source)
    }
    const tasks = server.source.tasks.bind(server.source)
    const { maxSubscriptions } = limits
    return (reader) => followMany(reader, { source, tasks, scope, maxSubscriptions })
  }

  return {
    async admit(request, context) {
      const [path, query] = splitTarget(request.target)
      const scope = await permit({
        origin: request.pageOrigin,
        ownOrigin: request.origin,
        isGuarded: true,
        head: () => requestHead(request),
        context,
      })
      const { route, parameters } = router.match('GET', path.slice(basePath.length))
      if (route.kind !== 'socket') throw new ProblemError(400, 'This path is no WebSocket.')
      const talk = talkOf(route, parameters.task_id ?? '', readQuery(query), scope)
      const leave = connections.admit(context.remoteAddress)
      return {
        leave,
        open(socket) {
          const connection = createSocketConnection({
            socket,
            limits,
            expiresAt: scope.expiresAt,
            talk,
          })
          const remove = connections.add(connection)
          return {
            ...connection,
            closed() {
              remove()
              connection.closed()
            },
          }
        },
      }
    },
  }
}
