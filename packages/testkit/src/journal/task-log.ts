import assert from 'node:assert/strict'
import {
  foldStatus,
  type IndexEvent,
  type NewIndexEvent,
  type StatusDocument,
} from '@cairn/protocol'
import fc from 'fast-check'
import { type Behaviour, behaviours } from '../conformance-case.ts'
import { rejectsWithStoreError } from '../expectations.ts'
import { freshRepository, freshTaskId } from '../fresh-names.ts'
import type { OpenedJournal } from './journal-subject.ts'
import { type RunScript, runScript } from './task-events.ts'

/** The status that folding events gives, with the epoch that the journal puts in. */
function folded(events: readonly IndexEvent[], epoch: string): StatusDocument | null {
  const status = events.reduce<StatusDocument | null>(foldStatus, null)
  return status && { ...status, epoch }
}

/** Every kind of event that a run can have before its end. */
const steps: readonly ((script: RunScript) => NewIndexEvent)[] = [
  (script) => script.started(),
  (script) => script.stageStarted('analyzing'),
  (script) =>
    script.stageCompleted('analyzing', {
      plan: {
        files: 4,
        index: 2,
        unchanged: 1,
        skip: 1,
        delete: 0,
        bytes: 99,
        filesByLanguage: { go: 2 },
        bytesByLanguage: { go: 99 },
        skippedByReason: { binary: 1 },
      },
    }),
  (script) => script.stageStarted('parsing', null),
  (script) => script.stageProgressed('parsing', 30),
  (script) => script.settled('a "b"\n.ts'),
  (script) => script.settled('c.ts', { outcome: 'unchanged' }),
  (script) => script.failedOn('d.ts', 'parsing', 'The parser died.'),
  (script) => script.warned(null, 'parsing', 'Something is odd: 😀'),
  (script) => script.stageCompleted('parsing'),
  (script) => script.stageStarted('embedding'),
  (script) => script.embedded(5, 20),
]

/** What `append`, `events`, `status` and `tasks` promise. */
export function taskLog(propertyRuns: number): readonly Behaviour<OpenedJournal>[] {
  return behaviours<OpenedJournal>('tasks', {
    'events are given the next seq of their task and are read back as they were': async ({
      store,
    }) => {
      const [left, right] = [runScript(), runScript()]
      const first = [
        left.queued(),
        right.queued(),
        ...steps.map((step) => step(left)),
        right.started(),
      ]
      const second = [right.failed('queued', 'It failed.'), left.completed()]
      const given = [...first, ...second]
      const stored = [
        ...(await store.tasks.append(first)),
        ...(await store.tasks.append([])),
        ...(await store.tasks.append(second)),
      ]
      const counts = new Map<string, number>()
      for (const [index, event] of stored.entries()) {
        const seq = (counts.get(event.taskId) ?? 0) + 1
        counts.set(event.taskId, seq)
        assert.deepEqual(event, { ...given[index], seq })
      }
      assert.equal(stored.length, given.length)
      for (const { taskId } of [left, right]) {
        const events = await store.tasks.events(taskId, { limit: 99 })
        assert.deepEqual(
          events,
          stored.filter((event) => event.taskId === taskId),
        )
      }
    },

    'events are read page by page after a seq': async ({ store }) => {
      const script = runScript()
      const stored = await store.tasks.append([
        script.queued(),
        ...steps.map((step) => step(script)),
      ])
      const page = (after: number, limit: number) =>
        store.tasks.events(script.taskId, { after, limit })
      assert.deepEqual(await page(0, 4), stored.slice(0, 4))
      assert.deepEqual(await page(4, 5), stored.slice(4, 9))
      assert.deepEqual(await page(9, 500), stored.slice(9))
      assert.deepEqual(await page(stored.length, 5), [])
      assert.deepEqual(await store.tasks.events(freshTaskId(), { limit: 5 }), [])
    },

    'a task whose first event is not run.queued is refused, with all that came in the same call':
      async ({ store }) => {
        const [good, bad] = [runScript(), runScript()]
        await rejectsWithStoreError(store.tasks.append([good.queued(), bad.started()]))
        for (const { taskId } of [good, bad]) {
          assert.equal(await store.tasks.status(taskId), null)
          assert.deepEqual(await store.tasks.events(taskId, { limit: 9 }), [])
        }
        const [event] = await store.tasks.append([good.queued()])
        assert.equal(event?.seq, 1)
      },

    'appends at the same time leave no gap and no seq twice': async ({ store }) => {
      const scripts = [runScript(), runScript(), runScript()]
      await store.tasks.append(scripts.map((script) => script.queued()))
      const stored = await Promise.all(
        Array.from({ length: 20 }, () =>
          store.tasks.append(scripts.map((script) => script.warned(null, 'parsing', 'again'))),
        ),
      )
      for (const { taskId } of scripts) {
        const events = await store.tasks.events(taskId, { limit: 99 })
        assert.deepEqual(
          events.map(({ seq }) => seq),
          Array.from({ length: 21 }, (_, index) => index + 1),
        )
        const given = stored.flat().filter((event) => event.taskId === taskId)
        assert.equal(new Set(given.map(({ seq }) => seq)).size, 20)
        assert.equal((await store.tasks.status(taskId))?.warningsCount, 20)
      }
    },

    'an unknown task has no status': async ({ store }) => {
      assert.equal(await store.tasks.status(freshTaskId()), null)
    },

    'the status is what folding the events gives, whatever they are and however they come': async ({
      store,
    }) => {
      const batches = fc.array(
        fc.array(fc.constantFrom(...steps), { minLength: 1, maxLength: 6 }),
        { maxLength: 6 },
      )
      const ends = fc.constantFrom('completed', 'failed', 'cancelled', 'none', 'again')
      const property = fc.asyncProperty(batches, ends, async (calls, ending) => {
        const script = runScript()
        const all = await store.tasks.append([script.queued()])
        for (const call of calls) {
          all.push(...(await store.tasks.append(call.map((step) => step(script)))))
        }
        if (ending === 'completed') all.push(...(await store.tasks.append([script.completed()])))
        if (ending === 'cancelled') all.push(...(await store.tasks.append([script.cancelled()])))
        if (ending === 'failed' || ending === 'again') {
          all.push(...(await store.tasks.append([script.failed('parsing', 'It failed.')])))
        }
        if (ending === 'again') {
          const { taskId, repository } = script
          const again = runScript({ taskId, repository, startMs: Date.UTC(2027, 0, 1) })
          all.push(...(await store.tasks.append([again.queued(), again.started()])))
        }
        const status = await store.tasks.status(script.taskId)
        assert.deepEqual(status, folded(all, status?.epoch ?? ''))
        assert.deepEqual(await store.tasks.events(script.taskId, { limit: 999 }), all)
      })
      await fc.assert(property, { numRuns: propertyRuns })
    },

    'the epoch is the same for every task': async ({ store }) => {
      const [left, right] = [runScript(), runScript()]
      await store.tasks.append([left.queued()])
      await store.tasks.append([right.queued()])
      const epoch = (await store.tasks.status(left.taskId))?.epoch
      assert.equal(typeof epoch, 'string')
      assert.notEqual(epoch, '')
      assert.equal((await store.tasks.status(right.taskId))?.epoch, epoch)
    },

    'tasks come newest first, page by page, with their total': async ({ store }) => {
      const repository = freshRepository()
      const scripts = Array.from({ length: 7 }, (_, index) =>
        runScript({ repository, startMs: Date.UTC(2026, 0, index + 1) }),
      )
      for (const script of scripts) await store.tasks.append([script.queued()])
      await store.tasks.append([runScript().queued()])
      for (const limit of [1, 3, 7, 50]) {
        const seen: string[] = []
        for (let cursor: string | null | undefined; cursor !== null; ) {
          const filter = { repository, limit }
          const page = await store.tasks.tasks(
            cursor === undefined ? filter : { ...filter, cursor },
          )
          assert.equal(page.total, 7)
          assert.ok(page.tasks.length <= limit && page.tasks.length > 0)
          seen.push(...page.tasks.map(({ taskId }) => taskId))
          cursor = page.nextCursor
        }
        assert.deepEqual(seen, scripts.map(({ taskId }) => taskId).reverse(), `pages of ${limit}`)
      }
    },

    'a page of tasks has 50 unless a limit says otherwise': async ({ store }) => {
      const repository = freshRepository()
      for (let index = 0; index < 51; index++) {
        await store.tasks.append([runScript({ repository }).queued()])
      }
      const page = await store.tasks.tasks({ repository })
      assert.equal(page.tasks.length, 50)
      assert.equal(page.total, 51)
      assert.notEqual(page.nextCursor, null)
    },

    'tasks are narrowed by status and repository, alone and together': async ({ store }) => {
      const [here, there] = [freshRepository(), 'there "is" 😀\n'.concat(freshRepository())]
      const make = async (repository: string, end: (script: RunScript) => NewIndexEvent[]) => {
        const script = runScript({ repository })
        await store.tasks.append([script.queued(), ...end(script)])
        return script.taskId
      }
      const waiting = await make(here, () => [])
      const done = await make(here, (script) => [script.started(), script.completed()])
      const broken = await make(here, (script) => [script.failed('queued', 'It failed.')])
      const elsewhere = await make(there, (script) => [script.started(), script.completed()])
      const ids = async (filter: Parameters<typeof store.tasks.tasks>[0]) =>
        (await store.tasks.tasks(filter)).tasks.map(({ taskId }) => taskId)
      assert.deepEqual(await ids({ repository: here }), [broken, done, waiting])
      assert.deepEqual(await ids({ repository: there }), [elsewhere])
      assert.deepEqual(await ids({ repository: freshRepository() }), [])
      assert.deepEqual(await ids({ repository: here, status: ['completed'] }), [done])
      assert.deepEqual(await ids({ repository: here, status: ['failed', 'pending'] }), [
        broken,
        waiting,
      ])
      assert.deepEqual(await ids({ repository: here, status: ['paused'] }), [])
      const completed = await ids({ status: ['completed'], limit: 2 })
      assert.deepEqual(completed, [elsewhere, done])
      const { total } = await store.tasks.tasks({ repository: here, status: ['failed', 'pending'] })
      assert.equal(total, 2)
    },

    'a listed task is its status': async ({ store }) => {
      const script = runScript()
      await store.tasks.append([script.queued(), ...steps.map((step) => step(script))])
      const { tasks } = await store.tasks.tasks({ repository: script.repository })
      assert.deepEqual(tasks, [await store.tasks.status(script.taskId)])
    },
  })
}
