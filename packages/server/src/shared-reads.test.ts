import type { StatusDocument } from '@cairn/protocol'
import { expect, test } from 'vitest'
import { queuedStatus as status } from './queued-status.test-support.ts'
import { createSharedReads } from './shared-reads.ts'

/** A source that answers when the test says so. */
function slowSource() {
  const reads: { taskId: string; settle: (outcome: number | Error) => void }[] = []
  return {
    reads,
    source: {
      status: (taskId: string) =>
        new Promise<StatusDocument>((resolve, reject) => {
          reads.push({
            taskId,
            settle: (outcome) =>
              outcome instanceof Error ? reject(outcome) : resolve({ ...status, seq: outcome }),
          })
        }),
    },
  }
}

test('all who ask while a read is under way share the next one', async () => {
  const { reads, source } = slowSource()
  const read = createSharedReads(source)
  const first = read('t1')
  const later = [read('t1'), read('t1'), read('t1')]
  expect(reads).toHaveLength(1)
  reads[0]?.settle(1)
  expect((await first).seq).toBe(1)
  expect(reads).toHaveLength(2)
  reads[1]?.settle(2)
  expect((await Promise.all(later)).map(({ seq }) => seq)).toEqual([2, 2, 2])
  read('t1')
  expect(reads).toHaveLength(3)
})

test('nobody gets a read that began before they asked', async () => {
  const { reads, source } = slowSource()
  const read = createSharedReads(source)
  read('t1')
  const later = read('t1')
  reads[0]?.settle(1)
  await expect.poll(() => reads.length).toBe(2)
  const latest = read('t1')
  reads[1]?.settle(2)
  await expect.poll(() => reads.length).toBe(3)
  reads[2]?.settle(3)
  expect([(await later).seq, (await latest).seq]).toEqual([2, 3])
})

test('a read that fails fails those who share it, and not the next', async () => {
  const { reads, source } = slowSource()
  const read = createSharedReads(source)
  const first = read('t1')
  const later = read('t1')
  reads[0]?.settle(new Error('away'))
  await expect(first).rejects.toThrow('away')
  reads[1]?.settle(2)
  expect((await later).seq).toBe(2)
})

test('other tasks are not waited for', async () => {
  const { reads, source } = slowSource()
  const read = createSharedReads(source)
  read('t1')
  const other = read('t2')
  reads[1]?.settle(7)
  expect((await other).seq).toBe(7)
})
