import { once } from 'node:events'
import { createServer } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { runServer, type ServerProgram } from './run-server.ts'

const listening = `
  const [port] = process.argv.slice(1)
  const server = require('node:net').createServer((socket) => socket.end())
  server.on('error', (error) => { console.error(error.message); process.exit(3) })
  server.listen(Number(port), '127.0.0.1', () => console.log('listening'))`

const program: ServerProgram = {
  name: 'Listener',
  version: '1',
  startTimeoutMs: 60_000,
  url: (port) => `tcp://127.0.0.1:${port}`,
  command: async (port) => ({ program: process.execPath, args: ['-e', listening, String(port)] }),
  answers: async ({ output }) => {
    if (!output.includes('listening')) throw new Error('Not ready.')
  },
}

// Windows has no process groups to end whole.
describe.skipIf(process.platform === 'win32')('where there are process groups', () => {
  test('a start that fails says how it ended and what the server wrote last', async () => {
    const failing = 'console.error("no such key: server.memroy"); process.exit(7)'
    const start = runServer({
      ...program,
      command: async () => ({ program: process.execPath, args: ['-e', failing] }),
    })
    await expect(start).rejects.toThrow(
      'Listener 1 did not start: exit code 7.\nno such key: server.memroy',
    )
  })

  test('a server that never answers is ended, and the error has the last reason', async () => {
    const start = runServer({
      ...program,
      startTimeoutMs: 0,
      answers: async () => {
        throw new Error('It is another server.')
      },
    })
    await expect(start).rejects.toMatchObject({
      message: expect.stringContaining('no answer within 0 ms'),
      cause: new Error('It is another server.'),
    })
  })

  test('a program that is not there is named', async () => {
    const start = runServer({
      ...program,
      command: async () => ({ program: 'no-such-program', args: [] }),
    })
    await expect(start).rejects.toThrow('no-such-program: spawn no-such-program ENOENT')
  })

  test('a port that another program takes before the start is left to it', async () => {
    const other = createServer()
    onTestFinished(() => void other.close())
    const ports: number[] = []
    const server = await runServer({
      ...program,
      command: async (port, folder) => {
        ports.push(port)
        if (ports.length === 1) {
          other.listen(port, '127.0.0.1')
          await once(other, 'listening')
        }
        return program.command(port, folder)
      },
    })
    onTestFinished(() => server.stop())
    expect(ports).toHaveLength(2)
    expect(ports[1]).not.toBe(ports[0])
    expect(server.url).toBe(`tcp://127.0.0.1:${ports[1]}`)
  })
})
