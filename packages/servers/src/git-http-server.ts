import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Git repositories over HTTP; it ends with the block that `await using`s it. */
export interface GitHttpServer extends AsyncDisposable {
  readonly url: string
  readonly port: number
}

/** Options of {@link serveGit}. */
export interface ServeGitOptions {
  /** The folder whose repositories are served. */
  readonly root: string
  /** Sees each request first. One for which it gives false is its own to answer, or to leave unanswered. */
  readonly onRequest?: (request: IncomingMessage, response: ServerResponse) => boolean
}

/** Serves repositories by Git's own `http-backend`, a program of CGI (RFC 3875), a process a request. */
export async function serveGit({ root, onRequest }: ServeGitOptions): Promise<GitHttpServer> {
  const server = createServer((request, response) => {
    if (onRequest?.(request, response) !== false) answer(root, request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

function answer(root: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(request.url ?? '/', 'http://localhost')
  const {
    'content-type': type,
    'content-encoding': encoding,
    'git-protocol': protocol,
  } = request.headers
  const backend = spawn('git', ['http-backend'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      PATH: process.env.PATH,
      GIT_PROJECT_ROOT: root,
      GIT_HTTP_EXPORT_ALL: '1',
      GIT_CONFIG_NOSYSTEM: '1',
      REQUEST_METHOD: request.method ?? 'GET',
      PATH_INFO: decodeURIComponent(pathname),
      QUERY_STRING: search.slice(1),
      CONTENT_TYPE: type ?? '',
      REMOTE_ADDR: '127.0.0.1',
      ...(encoding === undefined ? {} : { HTTP_CONTENT_ENCODING: encoding }),
      ...(typeof protocol === 'string' ? { GIT_PROTOCOL: protocol } : {}),
    },
  })
  // Either end may go at any time: that is what the server is for.
  backend.stdin.on('error', () => undefined)
  response.on('close', () => backend.kill('SIGKILL'))
  request.pipe(backend.stdin)
  let head = Buffer.alloc(0)
  const readHead = (bytes: Buffer): void => {
    head = Buffer.concat([head, bytes])
    const end = head.indexOf('\r\n\r\n')
    if (end < 0) return
    backend.stdout.off('data', readHead)
    const headers = new Map(
      head
        .toString('latin1', 0, end)
        .split('\r\n')
        .map((line): [string, string] => {
          const colon = line.indexOf(':')
          return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
        }),
    )
    const status = Number.parseInt(headers.get('status') ?? '200', 10)
    headers.delete('status')
    response.writeHead(status, Object.fromEntries(headers))
    response.write(head.subarray(end + 4))
    backend.stdout.pipe(response)
  }
  backend.stdout.on('data', readHead)
}
