/** The examples that mount a status server run as they stand, and hold what every mounted one holds. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { statusServerConformance } from '@cairn/testkit'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createWorkbench, shop, type Workbench } from './fixture.ts'

const examples = join(import.meta.dirname, '../../../examples')

describe.each(['node', 'express', 'fastify', 'koa', 'hono', 'nest'])(
  'the example of %s',
  (name) => {
    let bench: Workbench
    let example: ChildProcess
    let url: string
    let taskId: string
    beforeAll(async () => {
      bench = createWorkbench()
      const file = join(examples, `server-${name}`, 'server.js')
      const flags = ['--conditions=@cairn/source', '--disable-warning=ExperimentalWarning']
      example = spawn(process.execPath, [...flags, file, bench.repository('shop', shop), '0'], {
        cwd: bench.folder,
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      if (!example.stdout) throw new Error('The example has no output.')
      const [address] = await once(createInterface(example.stdout), 'line')
      url = String(address).replace(/\/status$/, '')
      taskId = await vi.waitFor(async () => {
        const answer = await fetch(`${url}/status`)
        const { tasks } = (await answer.json()) as { tasks: readonly { task_id: string }[] }
        expect(tasks).toHaveLength(1)
        return tasks[0]?.task_id ?? ''
      }, 60_000)
    })
    afterAll(async () => {
      const ended = once(example, 'exit')
      example.kill()
      await ended
      await bench.close()
    })

    test('it has a page of its own, and answers what is nowhere itself', async () => {
      const page = await fetch(new URL('/', url))
      expect(await page.text()).toBe('A page of my own')
      const nowhere = await fetch(new URL('/nowhere', url))
      expect(nowhere.status).toBe(404)
      expect(nowhere.headers.get('content-type')).not.toBe('application/problem+json')
    })

    test('a body that is not JSON is a problem like any other, told without a stack trace', async () => {
      const answer = await fetch(`${url}/search`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"query":',
      })
      expect(answer.status).toBe(400)
      const text = await answer.text()
      expect(text).not.toMatch(/\bat .+:\d+:\d+|node_modules|<html/)
      // Nest puts its body parser before everything, and tells it in its own words.
      const type = name === 'nest' ? 'application/json' : 'application/problem+json'
      expect(answer.headers.get('content-type')).toContain(type)
    })

    statusServerConformance({
      name: 'conformance',
      create: async () => ({
        url,
        taskId,
        hasSockets: true,
        repository: null,
        dispose: async () => undefined,
      }),
    })
  },
)
