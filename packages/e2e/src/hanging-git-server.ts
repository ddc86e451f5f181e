/** A real Git server that stops in the middle of its answer, for the tests of cancelling. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

/** Where a server falls silent: in which connection, counted from 1, and after how many bytes. */
export interface Hang {
  readonly connection: number
  readonly afterBytes: number
}

export interface HangingGitServer extends AsyncDisposable {
  /** Of the folder whose repositories are served. */
  readonly url: string
  /** Falls silent there; the promise resolves once it has, to one for when the client has gone. */
  hang(at: Hang): Promise<{ left: Promise<void> }>
}

/** Serves the repositories below `root` by `git daemon`, one process for each connection. */
export async function hangingGitServer(root: string): Promise<HangingGitServer> {
  const sockets = new Set<Socket>()
  let connections = 0
  let next: (Hang & { readonly reached: (socket: Socket) => void }) | null = null

  const server = createServer((socket) => {
    connections++
    sockets.add(socket)
    const left = next?.connection === connections ? next : null
    const daemon = spawn('git', ['daemon', '--inetd', '--export-all', `--base-path=${root}`], {
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    let room = left?.afterBytes ?? Number.POSITIVE_INFINITY
    daemon.stdout.on('data', (chunk: Buffer) => {
      socket.write(chunk.subarray(0, Math.min(chunk.length, room)))
      room -= chunk.length
      if (room > 0) return
      daemon.stdout.pause()
      left?.reached(socket)
    })
    daemon.stdout.on('end', () => socket.end())
    // Either end may go at any time: that is what the server is for.
    daemon.stdin.on('error', () => undefined)
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => daemon.stdin.write(chunk))
    socket.on('close', () => {
      sockets.delete(socket)
      daemon.kill('SIGKILL')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  return {
    url: `git://127.0.0.1:${port}`,
    hang(at) {
      connections = 0
      return new Promise((resolve) => {
        next = {
          ...at,
          reached: (socket) => {
            next = null
            resolve({ left: new Promise((gone) => socket.on('close', () => gone())) })
          },
        }
      })
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
