import assert from 'node:assert/strict'
import { type Behaviour, behaviours } from '../conformance-case.ts'
import { rejectsWhenAborted, rejectsWithStoreError } from '../expectations.ts'
import type { JournalPair, OpenedJournal } from './journal-subject.ts'
import { commitParsed, ledgerRepository } from './ledger-rows.ts'
import { richFile } from './parsed-files.ts'
import { runScript } from './task-events.ts'

/** What `acquireWriter` and `sizeBytes` promise. */
export const writer: readonly Behaviour<OpenedJournal>[] = behaviours<OpenedJournal>('writer', {
  'the writer may be acquired again': async ({ store }) => {
    await store.acquireWriter()
    await Promise.all([store.acquireWriter(), store.acquireWriter()])
    const script = runScript()
    await store.tasks.append([script.queued()])
    await store.acquireWriter()
    assert.equal((await store.tasks.status(script.taskId))?.status, 'pending')
  },

  'acquiring the writer rejects when its signal was aborted': async ({ store }) => {
    await rejectsWhenAborted({ acquireWriter: (signal) => store.acquireWriter({ signal }) })
  },

  'what is stored is as it was after it was looked after': async ({ store }) => {
    const repository = ledgerRepository()
    const [version] = await commitParsed(store, repository, [{ path: 'a.ts', parsed: richFile() }])
    const read = async () => ({
      ledger: await store.ledger.repository(repository.name),
      files: await store.ledger.files(repository.name, { limit: 9 }),
      chunks: await store.text.chunks([`${version}:0`]),
      unindexed: await store.text.unindexed(repository.name, 9),
    })
    const before = await read()
    for (const mayBlock of [false, true]) {
      await store.optimize?.({ mayBlock })
      assert.deepEqual(await read(), before)
    }
  },

  'the size is in bytes and counts what was written': async ({ store }) => {
    await commitParsed(store, ledgerRepository(), [{ path: 'a.ts', parsed: richFile() }])
    const bytes = await store.sizeBytes()
    assert.ok(Number.isInteger(bytes) && bytes > 0, `${bytes} bytes`)
  },
})

/** What a second process may count on; the suite has these where it gets `createPair`. */
export const secondProcess: readonly Behaviour<JournalPair>[] = behaviours<JournalPair>(
  'second process',
  {
    'another process reads what the writer wrote, while it writes': async ({ first, second }) => {
      const { store } = first
      const script = runScript()
      const repository = ledgerRepository()
      await store.acquireWriter()
      await store.tasks.append([script.queued()])
      assert.equal((await second.store.tasks.status(script.taskId))?.status, 'pending')
      await store.tasks.append([script.started()])
      const [version] = await commitParsed(store, repository, [{ path: 'a', parsed: richFile() }])
      assert.equal((await second.store.tasks.status(script.taskId))?.status, 'in_progress')
      assert.equal((await second.store.ledger.repository(repository.name))?.files, 1)
      assert.equal((await second.store.text.chunks([`${version}:0`])).filter(Boolean).length, 1)
    },

    'a second writer is refused while the first lives, and goes on when it is gone': async ({
      first,
      second,
    }) => {
      const script = runScript()
      await first.store.acquireWriter()
      await rejectsWithStoreError(second.store.acquireWriter(), 'STORE_LOCKED')
      await first.store.tasks.append([script.queued(), script.started(), script.completed()])
      await first.store.close()
      await second.store.acquireWriter()
      const [event] = await second.store.tasks.append([script.warned(null, 'completed', 'late')])
      assert.equal(event?.seq, 4)
    },

    'what a writer that is gone left unfinished ends as failed and interrupted': async ({
      first,
      second,
    }) => {
      const { tasks } = first.store
      const [under, waiting, done] = [runScript(), runScript(), runScript()]
      await first.store.acquireWriter()
      await tasks.append([under.queued(), under.started(), under.stageStarted('parsing')])
      await tasks.append([waiting.queued()])
      const ended = await tasks.append([done.queued(), done.started(), done.completed()])
      await first.store.close()
      for (let time = 0; time < 2; time++) {
        await second.store.acquireWriter()
        for (const [script, count] of [
          [under, 4],
          [waiting, 2],
        ] as const) {
          const events = await second.store.tasks.events(script.taskId, { limit: 99 })
          const last = events.at(-1)
          assert.deepEqual([events.length, last?.seq], [count, count])
          assert.equal(last?.type === 'run.failed' && last.error.errorType, 'RUN_INTERRUPTED')
          assert.equal((await second.store.tasks.status(script.taskId))?.status, 'failed')
        }
        assert.deepEqual(await second.store.tasks.events(done.taskId, { limit: 99 }), ended)
      }
    },

    'a paused task stays paused when its writer is gone, and another run goes on with it': async ({
      first,
      second,
    }) => {
      const script = runScript()
      const { taskId, repository } = script
      await first.store.acquireWriter()
      await first.store.tasks.append([script.queued(), script.started(), script.paused()])
      await first.store.close()
      await second.store.acquireWriter()
      const paused = await second.store.tasks.status(taskId)
      assert.deepEqual([paused?.status, paused?.seq], ['paused', 3])
      const next = runScript({ taskId, repository })
      await second.store.tasks.append([next.resumed(), next.started(), next.completed()])
      const completed = await second.store.tasks.status(taskId)
      assert.deepEqual(
        [completed?.status, completed?.seq, completed?.runId],
        ['completed', 6, next.runId],
      )
    },
  },
)
