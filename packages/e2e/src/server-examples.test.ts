/** The examples that mount a status server run as they stand, and hold what every mounted one holds. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { statusServerConformance } from '@cairn/testkit'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { createWorkbench, shop, type Workbench } from './fixture.ts'

const examples = join(import.meta.dirname, '../../../examples')

interface Started {
  /** Address of the base path. */
  readonly url: string
  /** The one task there is, as soon as there is one. */
  onlyTask(): Promise<{ readonly task_id: string; readonly status: string }>
  end(): Promise<void>
}

/** Starts an example on a repository, in a folder of its own. */
async function start(name: string, repository: string, cwd: string): Promise<Started> {
  const file = join(examples, `server-${name}`, 'server.js')
  const flags = ['--conditions=@cairn/source', '--disable-warning=ExperimentalWarning']
  const child: ChildProcess = spawn(process.execPath, [...flags, file, repository, '0'], {
    cwd,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (!child.stdout) throw new Error('The example has no output.')
  const [address] = await once(createInterface(child.stdout), 'line')
  const url = String(address).replace(/\/status$/, '')
  return {
    url,
    onlyTask: () =>
      vi.waitFor(async () => {
        const answer = await fetch(`${url}/status`)
        const { tasks } = (await answer.json()) as {
          tasks: readonly { task_id: string; status: string }[]
        }
        expect(tasks).toHaveLength(1)
        return tasks[0] ?? { task_id: '', status: '' }
      }, 60_000),
    async end() {
      const ended = once(child, 'exit')
      child.kill()
      await ended
    },
  }
}

test('an example goes on serving where its repository cannot be indexed', async () => {
  const bench = createWorkbench()
  const example = await start('node', join(bench.folder, 'nowhere'), bench.folder)
  try {
    await vi.waitFor(async () => expect((await example.onlyTask()).status).toBe('failed'), 60_000)
    const page = await fetch(new URL('/', example.url))
    expect(await page.text()).toBe('A page of my own')
  } finally {
    await example.end()
    await bench.close()
  }
})

describe.each(['node', 'express', 'fastify', 'koa', 'hono', 'nest'])(
  'the example of %s',
  (name) => {
    let bench: Workbench
    let example: Started
    let url: string
    let taskId: string
    beforeAll(async () => {
      bench = createWorkbench()
      example = await start(name, bench.repository('shop', shop), bench.folder)
      url = example.url
      taskId = (await example.onlyTask()).task_id
    })
    afterAll(async () => {
      await example.end()
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
