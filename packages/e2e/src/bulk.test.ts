import { CairnError } from '@cairn/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createWorkbench, type Workbench, writeFiles } from './fixture.ts'

let bench: Workbench
beforeEach(() => {
  bench = createWorkbench()
})
afterEach(() => bench.close())

test('of 200 repositories with 10 broken ones 190 complete and 10 fail, each with its reason', async () => {
  const { indexer } = bench.open()
  const isBroken = (index: number): boolean => index % 20 === 7
  for (let index = 0; index < 200; index++) {
    if (!isBroken(index)) writeFiles(bench.folder, { [`r${index}/a.py`]: `a${index} = ${index}\n` })
  }
  let going = 0
  let mostGoing = 0
  indexer.on('run.started', () => {
    mostGoing = Math.max(mostGoing, ++going)
  })
  for (const end of ['run.completed', 'run.failed'] as const) indexer.on(end, () => going--)
  const runs = Array.from({ length: 200 }, (_, index) =>
    indexer.index({ path: `${bench.folder}/r${index}`, priority: index < 100 ? 'low' : 'medium' }),
  )
  const ends = await Promise.allSettled(runs.map(({ finished }) => finished))
  for (const [index, end] of ends.entries()) {
    if (!isBroken(index)) expect(end).toMatchObject({ value: { files: { indexed: 1 } } })
    else {
      const error: unknown = end.status === 'rejected' ? end.reason : null
      expect(CairnError.isInstance(error) && error.code).toBe('SOURCE_NOT_FOUND')
      expect(await indexer.status(runs[index]?.taskId ?? '')).toMatchObject({
        status: 'failed',
        errorMessage: expect.stringContaining(`r${index}`),
      })
    }
  }
  expect((await indexer.tasks({ status: ['completed'], limit: 1 })).total).toBe(190)
  expect((await indexer.tasks({ status: ['failed'], limit: 1 })).total).toBe(10)
  expect(await indexer.repositories()).toHaveLength(190)
  expect(mostGoing).toBe(2)
}, 120_000)
