/** What a program has left of a watch that is over: nothing, so that it ends by itself. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listen } from './http-server.test-support.ts'
import { type IndexingServer, startIndexingServer } from './indexing-server.test-support.ts'
import type { TransportKind } from './transport.ts'

const program = fileURLToPath(new URL('./watching-program.test-support.ts', import.meta.url))

let server: IndexingServer
beforeAll(async () => {
  server = await startIndexingServer()
})
afterAll(() => server.close())

function run(url: string, taskId: string, kind: TransportKind, when: string) {
  const flags = ['--conditions=@cairn/source', '--disable-warning=ExperimentalWarning']
  const child = spawn(process.execPath, [...flags, program, url, taskId, kind, when], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let printed = ''
  const ended = once(child, 'close').then(([code]) => [code, printed])
  const spoke = new Promise<void>((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      printed += text
      resolve()
    })
  })
  return { ended, spoke }
}

describe.each(['websocket', 'events', 'polling'] as const)(
  'a program that watches by %s',
  (kind) => {
    it('ends when its task has ended, when it closes the watch or its client, and after a lost connection', async () => {
      const name = `left_${kind}`
      const taskId = await server.start(name)
      const nobody = await listen((request) => request.socket.destroy())
      const toTheEnd = run(server.url, taskId, kind, 'ended')
      const others = [
        run(server.url, taskId, kind, 'live'),
        run(server.url, taskId, kind, 'aborted'),
        run(`${nobody.origin}/api/v1/index`, taskId, kind, 'lost'),
      ]
      expect(await Promise.all(others.map(({ ended }) => ended))).toEqual([
        [0, 'live\n'],
        [0, 'aborted\n'],
        [0, 'lost\n'],
      ])
      await toTheEnd.spoke
      await server.finish(taskId)
      expect(await toTheEnd.ended).toEqual([0, 'live\nended\n'])
      await nobody.close()
    })
  },
)
