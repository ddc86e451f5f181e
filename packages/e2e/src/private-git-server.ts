/** A real Git server over HTTP that lets in who has its password, for the tests of credentials. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface PrivateGitServer extends AsyncDisposable {
  /** Of the folder whose repositories are served. */
  readonly url: string
  /** The passwords that were sent, in order; empty for a request without. */
  readonly asked: readonly string[]
  /** Takes this password from now on, and no other. */
  accept(password: string): void
}

/** Serves the repositories below `root` by `git http-backend`, one process for each request. */
export async function privateGitServer(root: string, password: string): Promise<PrivateGitServer> {
  let accepted = password
  const asked: string[] = []
  const server = createServer((request, response) => {
    const [, given = ''] = (request.headers.authorization ?? '').split(' ')
    const sent = Buffer.from(given, 'base64').toString().split(':')[1] ?? ''
    asked.push(sent)
    if (sent !== accepted) {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end()
      return
    }
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const backend = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env.PATH,
        GIT_PROJECT_ROOT: root,
        GIT_HTTP_EXPORT_ALL: '1',
        GIT_CONFIG_NOSYSTEM: '1',
        PATH_INFO: pathname,
        QUERY_STRING: searchParams.toString(),
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers['content-type'] ?? '',
        CONTENT_LENGTH: request.headers['content-length'] ?? '',
        HTTP_CONTENT_ENCODING: String(request.headers['content-encoding'] ?? ''),
        GIT_PROTOCOL: String(request.headers['git-protocol'] ?? ''),
        REMOTE_ADDR: '127.0.0.1',
      },
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    // A client may go while it is answered.
    backend.stdin.on('error', () => undefined)
    request.pipe(backend.stdin)
    const said: Buffer[] = []
    backend.stdout.on('data', (chunk: Buffer) => said.push(chunk))
    backend.on('close', () => answer(response, Buffer.concat(said)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    accept(next) {
      accepted = next
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Gives on what a CGI program said: its head, an empty line, its body. */
function answer(response: ServerResponse, said: Buffer): void {
  const end = said.indexOf('\r\n\r\n')
  const head = said.subarray(0, end).toString('latin1').split('\r\n')
  let status = 200
  for (const line of head) {
    const [name = '', value = ''] = line.split(/:\s*/, 2)
    if (name.toLowerCase() === 'status') status = Number.parseInt(value, 10)
    else response.setHeader(name, value)
  }
  response.writeHead(status).end(said.subarray(end + 4))
}
