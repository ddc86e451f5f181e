import { readdir } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { CairnError } from '@cairn/core'
import { describe, expect, test } from 'vitest'
import { secondProcess } from './second-process.test-support.ts'
import { openStore, queued, temporaryFolder } from './store-samples.test-support.ts'

describe('one writer', () => {
  test('a second process is refused, and told which process writes, where and since when', async () => {
    const path = join(await temporaryFolder(), 'index.db')
    const before = new Date()
    const other = await secondProcess({ path })
    await other.run('await storage.journal.acquireWriter()')
    const storage = openStore({ path })
    const error = await storage.journal.acquireWriter().catch((caught: unknown) => caught)
    expect(error).toMatchObject({ name: 'StoreError', code: 'STORE_LOCKED', recoverable: true })
    const message = CairnError.isInstance(error) ? error.message : ''
    expect(message).toContain(`process ${other.pid} on ${hostname()}`)
    const since = new Date(/\d{4}-[\d:.T-]+Z/.exec(message)?.[0] ?? 0)
    expect(since >= before && since <= new Date()).toBe(true)
  })

  test('a second store of the same file in one process is refused too', async () => {
    const path = join(await temporaryFolder(), 'index.db')
    await openStore({ path }).journal.acquireWriter()
    await expect(openStore({ path }).journal.tasks.append([queued('t')])).rejects.toMatchObject({
      code: 'STORE_LOCKED',
      message: expect.stringContaining(`process ${process.pid} `),
    })
  })

  test('who was refused can write once the holder has closed', async () => {
    const path = join(await temporaryFolder(), 'index.db')
    const first = openStore({ path })
    const second = openStore({ path })
    await first.journal.acquireWriter()
    await expect(second.journal.acquireWriter()).rejects.toMatchObject({ code: 'STORE_LOCKED' })
    await first.close()
    await second.journal.acquireWriter()
    await second.journal.acquireWriter()
    expect(await second.journal.tasks.append([queued('t')])).toHaveLength(1)
  })

  test('of several that start at once exactly one writes', async () => {
    const path = join(await temporaryFolder(), 'index.db')
    const stores = Array.from({ length: 4 }, () => openStore({ path }))
    const outcomes = await Promise.allSettled(stores.map((store) => store.journal.acquireWriter()))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  })
})

describe('a holder that is killed', () => {
  test('lets go of the store, and its unfinished task ends as interrupted', async () => {
    const path = join(await temporaryFolder(), 'index.db')
    const other = await secondProcess({ path })
    await other.run(`
      const at = new Date()
      const of = { taskId: 'killed', runId: 'r' }
      await storage.journal.tasks.append([
        { type: 'run.queued', ...of, at, repository: 'shop', source: { kind: 'local', path: '/shop', ref: null } },
        { type: 'run.started', ...of, at },
        { type: 'stage.started', ...of, at, stage: 'parsing', totalItems: 3, unit: 'files' },
      ])
    `)
    await other.kill()
    const { journal } = openStore({ path })
    expect(await journal.tasks.status('killed')).toMatchObject({ status: 'in_progress' })
    await journal.acquireWriter()
    expect(await journal.tasks.status('killed')).toMatchObject({
      status: 'failed',
      seq: 4,
      errorMessage: expect.stringContaining('ended before the run did'),
    })
    const events = await journal.tasks.events('killed', { after: 3, limit: 10 })
    expect(events).toMatchObject([
      {
        type: 'run.failed',
        runId: 'r',
        error: { errorType: 'RUN_INTERRUPTED', stage: 'parsing', recoverable: true },
      },
    ])
  })

  test('its unfinished task is ended by who only reads, once it is gone, and the store stays free', async () => {
    const path = join(await temporaryFolder(), 'index.db')
    const other = await secondProcess({ path })
    await other.run(`
      const of = { taskId: 'killed', runId: 'r', at: new Date() }
      await storage.journal.tasks.append([
        { type: 'run.queued', ...of, repository: 'shop', source: { kind: 'local', path: '/shop', ref: null } },
        { type: 'run.started', ...of },
      ])
    `)
    const { journal } = openStore({ path })
    await journal.endAbandoned?.()
    expect(await journal.tasks.status('killed')).toMatchObject({ status: 'in_progress', seq: 2 })
    await other.kill()
    const readOnly = openStore({ path, readOnly: true })
    await readOnly.journal.endAbandoned?.()
    expect(await journal.tasks.status('killed')).toMatchObject({ status: 'in_progress', seq: 2 })
    await journal.endAbandoned?.()
    expect(await journal.tasks.status('killed')).toMatchObject({
      status: 'failed',
      errors: [{ errorType: 'RUN_INTERRUPTED' }],
    })
    const third = openStore({ path })
    expect(await third.journal.tasks.append([queued('t')])).toHaveLength(1)
    // Of what this process writes itself nothing is abandoned.
    await third.journal.endAbandoned?.()
    expect(await third.journal.tasks.status('t')).toMatchObject({ status: 'pending' })
  })

  test('a task that had ended is left as it is', async () => {
    const path = join(await temporaryFolder(), 'index.db')
    const first = openStore({ path })
    const { at, taskId, runId } = queued('ended')
    await first.journal.tasks.append([
      queued('ended'),
      { type: 'run.cancelled', taskId, runId, at, reason: null },
    ])
    await first.close()
    const second = openStore({ path })
    await second.journal.acquireWriter()
    expect(await second.journal.tasks.status('ended')).toMatchObject({
      status: 'cancelled',
      seq: 2,
    })
  })
})

describe('another process that reads', () => {
  test('sees what was written while the writer goes on', async () => {
    const path = join(await temporaryFolder(), 'index.db')
    const storage = openStore({ path })
    const other = await secondProcess({ path, readOnly: true })
    const total = 'return (await storage.journal.tasks.tasks({})).total'
    expect(await other.run(total)).toBe(0)
    await storage.journal.tasks.append([queued('one')])
    expect(await other.run(total)).toBe(1)
    await storage.journal.tasks.append([queued('two')])
    expect(await other.run(total)).toBe(2)
    expect(await other.run('await storage.journal.acquireWriter()')).toMatchObject({
      code: 'STORE_READ_ONLY',
    })
  })

  test('makes no file where there is none, and finds nothing', async () => {
    const folder = await temporaryFolder()
    const { journal, vectors } = openStore({ path: join(folder, 'sub', 'index.db') })
    expect(await journal.tasks.tasks({})).toEqual({ tasks: [], total: 0, nextCursor: null })
    expect(await journal.tasks.status('t')).toBeNull()
    expect(await journal.ledger.repositories()).toEqual([])
    expect(await journal.text.search(['word'], { limit: 5 })).toEqual([])
    expect(await vectors.spaces()).toEqual([])
    expect(await journal.sizeBytes()).toBe(0)
    expect(await readdir(folder)).toEqual([])
  })
})
