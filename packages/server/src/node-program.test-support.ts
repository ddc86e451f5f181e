/** A program on Node's own servers, with routes and errors of its own. */
import { type NodeRequest, type NodeResponse, nodeHandler } from './node.ts'
import type { StatusServer } from './options.ts'

/** What the program listens with, of `http`, `https` or `http2`. */
export function nodeProgram(
  server: StatusServer,
): (request: NodeRequest, response: NodeResponse) => void {
  const handle = nodeHandler(server)
  return (request, response) => {
    const answer = (status: number, text: string): void => {
      response.statusCode = status
      response.end(text)
    }
    void handle(request, response, () => {
      if (request.url === '/own') answer(200, 'own')
      else if (request.url === '/broken') answer(500, 'handled by the host')
      else answer(404, 'nothing here')
    })
  }
}
