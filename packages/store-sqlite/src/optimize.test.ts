import { join } from 'node:path'
import type { NewIndexEvent } from '@cairn/protocol'
import { expect, test } from 'vitest'
import { openStore, queued, temporaryFolder } from './store-samples.test-support.ts'

/** A task with so many long events that the file grows by a megabyte. */
function longTask(name: string, at: Date): NewIndexEvent[] {
  const { taskId, runId } = queued(name)
  return [
    { ...queued(name), at },
    ...Array.from({ length: 400 }, (_, index) => ({
      type: 'warning.recorded' as const,
      taskId,
      runId,
      at,
      code: 'SYNTAX',
      message: `${index} `.repeat(800),
      path: null,
      stage: 'parsing' as const,
    })),
    { type: 'run.cancelled', taskId, runId, at, reason: null },
  ]
}

test('room of tasks that were dropped is given back, where writes may wait', async () => {
  const { journal } = openStore({ path: join(await temporaryFolder(), 'index.db') })
  await journal.tasks.append(longTask('old', new Date(Date.UTC(2001, 0, 1))))
  await journal.tasks.append([queued('new')])
  await journal.optimize?.({ mayBlock: true })
  const full = await journal.sizeBytes()
  expect(await journal.tasks.prune({ endedBefore: new Date() })).toBe(1)
  await journal.optimize?.({ mayBlock: false })
  expect(await journal.sizeBytes()).toBeGreaterThanOrEqual(full)
  await journal.optimize?.({ mayBlock: true })
  expect(await journal.sizeBytes()).toBeLessThan(full / 2)
  expect(await journal.tasks.status('old')).toBeNull()
  expect(await journal.tasks.status('new')).toMatchObject({ status: 'pending' })
})

test('a task that goes on while others are dropped is kept', async () => {
  const { journal } = openStore({ path: join(await temporaryFolder(), 'index.db') })
  const names = Array.from({ length: 40 }, (_, index) => `old-${index}`)
  for (const name of names) await journal.tasks.append(longTask(name, new Date(0)))
  // The newest task of a repository is kept in any case.
  await journal.tasks.append([queued('new')])
  const pruned = journal.tasks.prune({ endedBefore: new Date(1) })
  const last = names.at(-1) ?? ''
  const { taskId } = queued(last)
  const resumed = { type: 'run.resumed', taskId, runId: 'again', at: new Date() } as const
  const [stored] = await Promise.all([journal.tasks.append([resumed]), pruned])
  expect(stored).toHaveLength(1)
  expect(await pruned).toBe(names.length - 1)
  expect(await journal.tasks.status(last)).toMatchObject({ runId: 'again' })
  expect(await journal.tasks.status('old-0')).toBeNull()
})

test('a cursor of a look is still good after the events before it were dropped', async () => {
  const { journal } = openStore({ path: join(await temporaryFolder(), 'index.db') })
  await journal.tasks.append(longTask('old', new Date(Date.UTC(2001, 0, 1))))
  const { cursor } = await journal.tasks.changes({ limit: 1 })
  await journal.tasks.prune({ endedBefore: new Date() })
  await journal.optimize?.({ mayBlock: true })
  const stored = await journal.tasks.append([queued('new')])
  const look = await journal.tasks.changes({ after: cursor, limit: 9 })
  expect(look.events).toEqual(stored)
})

test('a cursor of another log begins at the first event of this one', async () => {
  const open = async (): Promise<ReturnType<typeof openStore>> =>
    openStore({ path: join(await temporaryFolder(), 'index.db') })
  const [one, other] = [await open(), await open()]
  await one.journal.tasks.append([queued('a'), queued('b'), queued('c')])
  const stored = await other.journal.tasks.append([queued('d')])
  const { cursor } = await one.journal.tasks.changes({ limit: 1 })
  const look = await other.journal.tasks.changes({ after: cursor, limit: 9 })
  expect(look.events).toEqual(stored)
})
