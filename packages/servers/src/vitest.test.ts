import { afterEach, expect, test, vi } from 'vitest'
import type { TestProject } from 'vitest/node'
import type { RunningServer } from './running-server.ts'
import { ServerUnavailableError } from './server-unavailable-error.ts'
import { shareServer } from './vitest.ts'

afterEach(() => vi.unstubAllEnvs())

/** Runs the global setup of a project, with a start of its own, to its end. */
async function setUp(start: () => Promise<RunningServer>): Promise<unknown> {
  let provided: unknown
  const project = {
    name: 'store-chroma',
    provide: (_: string, value: unknown) => {
      provided = value
    },
  }
  const end = await shareServer('chroma', start)(project as unknown as TestProject)
  await end()
  return provided
}

const missing = (isOfPlatform = false) =>
  setUp(async () => {
    throw new ServerUnavailableError('Chroma', 'it needs Python.', { isOfPlatform })
  })

test('tests are given where their server is, and not how to end it', async () => {
  const end = async (): Promise<void> => {}
  const server = { name: 'Chroma', url: 'http://127.0.0.1:1', version: '1.5.9' }
  const provided = await setUp(async () => ({ ...server, kill: end, restart: end, stop: end }))
  expect(provided).toEqual({ kind: 'running', server })
})

test('a server that cannot run skips the tests that need it, and says why', async () => {
  vi.stubEnv('CI', undefined)
  const reason = 'Chroma cannot be started here: it needs Python.'
  expect(await missing()).toEqual({ kind: 'unavailable', reason })
})

test('where CI is set it fails the run, unless nothing could be installed', async () => {
  vi.stubEnv('CI', 'true')
  await expect(missing()).rejects.toThrow('it needs Python.')
  expect(await missing(true)).toMatchObject({ kind: 'unavailable' })
})

test('a start that fails for another reason fails the run everywhere', async () => {
  vi.stubEnv('CI', undefined)
  const start = setUp(async () => {
    throw new Error('Chroma 1.5.9 did not start: exit code 1.')
  })
  await expect(start).rejects.toThrow('exit code 1')
})
