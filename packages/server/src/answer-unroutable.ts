import { type Emitting, interceptEvent } from './intercept-event.ts'
import { type NodeRequest, type NodeResponse, nodeHandler } from './node.ts'
import type { StatusServer } from './options.ts'
import { splitTarget } from './request-target.ts'

/**
 * Answers requests below the base path that the router of Fastify answers itself, before any hook or handler: those
 * whose path cannot be decoded, and of methods that it does not know.
 *
 * @param methods those that it knows
 * @returns what takes it off again
 */
export function answerUnroutable(
  httpServer: Emitting,
  server: StatusServer,
  methods: readonly string[],
): () => void {
  const handle = nodeHandler(server)
  return interceptEvent(
    httpServer,
    'request',
    (request: NodeRequest, response: NodeResponse): boolean => {
      const { method = 'GET', url = '/' } = request
      if (!server.owns(url) || (methods.includes(method) && canDecode(url))) return false
      void handle(request, response)
      return true
    },
  )
}

function canDecode(target: string): boolean {
  const [path] = splitTarget(target)
  try {
    decodeURI(path)
    return true
  } catch {
    return false
  }
}
