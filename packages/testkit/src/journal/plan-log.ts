import assert from 'node:assert/strict'
import type { PlannedFile } from '@cairn/core'
import { type Behaviour, behaviours } from '../conformance-case.ts'
import { allPages, sorted } from '../expectations.ts'
import { freshRepository, freshTaskId, freshVersion } from '../fresh-names.ts'
import { oddNames } from '../odd-text.ts'
import type { OpenedJournal } from './journal-subject.ts'
import { fileToIndex } from './ledger-rows.ts'
import { runScript } from './task-events.ts'

/** What `plans` promises. */
export const planLog: readonly Behaviour<OpenedJournal>[] = behaviours<OpenedJournal>('plans', {
  'the files to index come by path, page by page, and no others': async ({ store: { plans } }) => {
    const [repository, runId] = [freshRepository(), freshTaskId()]
    const paths = [...oddNames, ...Array.from({ length: 25 }, (_, index) => `src/${index}.ts`)]
    const toIndex = paths.map((path, index) =>
      fileToIndex({ path, sizeBytes: index, language: index % 2 === 0 ? 'go' : null }),
    )
    const others: PlannedFile[] = [
      { ...fileToIndex({ path: 'src/u.ts' }), action: 'unchanged' },
      {
        path: 'src/s.ts',
        language: null,
        sizeBytes: null,
        action: 'skip',
        reason: 'too_large',
        detail: '2 MB',
      },
      { path: 'src/d.ts', language: null, sizeBytes: null, action: 'delete' },
    ]
    await plans.begin({ repository, runId })
    await plans.add(runId, [...others, ...toIndex.slice(5)].reverse())
    await plans.add(runId, toIndex.slice(0, 5))
    await plans.add(runId, [])
    const expected = sorted(paths).map((path) => toIndex.find((file) => file.path === path))
    for (const limit of [1, 10, 38, 100]) {
      const files = await allPages(
        limit,
        (after) => plans.toIndex(runId, after === undefined ? { limit } : { limit, after }),
        ({ path }) => path,
      )
      assert.deepEqual(files, expected, `pages of ${limit}`)
    }
    assert.equal((await plans.toIndex(runId, { limit: 10 })).length, 10, 'a full page')
  },

  'a plan that was never begun, or has no files, has none to index': async ({
    store: { plans },
  }) => {
    assert.deepEqual(await plans.toIndex(freshTaskId(), { limit: 9 }), [])
    const runId = freshTaskId()
    await plans.begin({ repository: freshRepository(), runId })
    assert.deepEqual(await plans.toIndex(runId, { limit: 9 }), [])
  },

  'a plan that is whole drops the earlier ones of its repository, and no others': async ({
    store: { plans },
  }) => {
    const [repository, other] = [freshRepository(), freshRepository()]
    const [first, second, elsewhere] = [freshTaskId(), freshTaskId(), freshTaskId()]
    const file = fileToIndex({ path: 'a.ts' })
    await plans.begin({ repository, runId: first })
    await plans.add(first, [file])
    await plans.begin({ repository: other, runId: elsewhere })
    await plans.add(elsewhere, [file])
    await plans.begin({ repository, runId: second })
    assert.deepEqual(await plans.toIndex(second, { limit: 9 }), [])
    await plans.add(second, [{ ...file, version: freshVersion() }])
    assert.deepEqual(await plans.toIndex(first, { limit: 9 }), [file], 'until the other is whole')
    await plans.complete(second)
    assert.deepEqual(await plans.toIndex(first, { limit: 9 }), [])
    assert.deepEqual(await plans.toIndex(elsewhere, { limit: 9 }), [file])
    assert.equal((await plans.toIndex(second, { limit: 9 })).length, 1)
  },

  'the plans of a task that has not ended stay while others of its repository are made': async ({
    store: { plans, tasks },
  }) => {
    const repository = freshRepository()
    const [paused, failed, other] = [
      runScript({ repository }),
      runScript({ repository }),
      runScript({ repository }),
    ]
    await tasks.append([
      ...[paused.queued(), paused.started(), paused.paused()],
      ...[failed.queued(), failed.started(), failed.failed('parsing', 'It is down.')],
      ...[other.queued(), other.started()],
    ])
    const again = runScript({ repository, taskId: paused.taskId })
    const file = fileToIndex({ path: 'a.ts' })
    for (const { runId } of [paused, failed, other]) {
      await plans.begin({ repository, runId })
      await plans.add(runId, [file])
    }
    const planned = async (): Promise<boolean[]> =>
      Promise.all(
        [paused, failed, other, again].map(
          async ({ runId }) => (await plans.toIndex(runId, { limit: 9 })).length === 1,
        ),
      )
    await plans.complete(other.runId)
    assert.deepEqual(await planned(), [true, false, true, false])
    await tasks.append([other.completed(), again.resumed()])
    await plans.begin({ repository, runId: again.runId })
    await plans.add(again.runId, [file])
    await plans.complete(again.runId)
    assert.deepEqual(await planned(), [false, false, false, true])
  },

  'the record of a file is the last thing that became of it': async ({ store }) => {
    const repository = freshRepository()
    const path = 'src/new\nline "q" 😀.ts'
    const first = runScript({ repository, startMs: Date.UTC(2026, 0, 1) })
    const second = runScript({ repository, startMs: Date.UTC(2026, 0, 2) })
    const elsewhere = runScript({ startMs: Date.UTC(2026, 0, 3) })
    const skipped = {
      outcome: 'skipped',
      reason: 'too_large',
      detail: '2 MB',
      language: null,
      chunks: 0,
    } as const
    await store.tasks.append([first.queued(), first.started(), first.settled(path, skipped)])
    const record = async () => store.plans.record(repository, path)
    assert.equal((await record())?.outcome, 'skipped')
    assert.equal((await record())?.reason, 'too_large')
    assert.equal((await record())?.taskId, first.taskId)
    await store.tasks.append([elsewhere.queued(), elsewhere.settled(path)])
    const [, last] = await store.tasks.append([
      second.queued(),
      second.settled(path),
      second.settled('b'),
    ])
    assert.deepEqual(await record(), {
      path,
      outcome: 'indexed',
      reason: null,
      detail: null,
      language: 'typescript',
      sizeBytes: 1200,
      error: null,
      taskId: second.taskId,
      runId: second.runId,
      at: last?.at,
    })
  },

  'the record of a failed file has its error': async ({ store }) => {
    const script = runScript()
    const failure = script.failedOn('a.ts', 'parsing', 'It cannot be parsed.')
    const error = failure.type === 'error.recorded' ? failure.error : null
    await store.tasks.append([
      script.queued(),
      script.settled('a.ts', { outcome: 'failed', error }),
    ])
    assert.deepEqual((await store.plans.record(script.repository, 'a.ts'))?.error, error)
  },

  'a path that no run met has no record': async ({ store }) => {
    const script = runScript()
    await store.tasks.append([script.queued(), script.settled('a.ts')])
    assert.equal(await store.plans.record(script.repository, 'b.ts'), null)
    assert.equal(await store.plans.record(freshRepository(), 'a.ts'), null)
  },
})
