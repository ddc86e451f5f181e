import assert from 'node:assert/strict'
import {
  foldStatus,
  type IndexEvent,
  isTerminal,
  type NewIndexEvent,
  type StatusDocument,
  taskStatuses,
} from '@cairn/protocol'
import fc from 'fast-check'
import { type Behaviour, behaviours } from '../conformance-case.ts'
import { rejectsWithStoreError } from '../expectations.ts'
import { freshRepository, freshTaskId } from '../fresh-names.ts'
import { near } from './figures.ts'
import type { OpenedJournal } from './journal-subject.ts'
import { commitParsed, fileToIndex, ledgerRepository } from './ledger-rows.ts'
import { richFile } from './parsed-files.ts'
import { type RunScript, runScript } from './task-events.ts'

/** The status that folding events gives. */
function folded(events: readonly IndexEvent[]): StatusDocument | null {
  return events.reduce<StatusDocument | null>(foldStatus, null)
}

/** An event as it was given, without what the journal puts in. */
function asGiven({ seq: _, ...event }: IndexEvent): NewIndexEvent {
  if (event.type !== 'run.queued') return event
  const { epoch: _epoch, ...queued } = event
  return queued
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
        assert.equal(event.seq, seq)
        assert.deepEqual(asGiven(event), given[index])
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
        assert.deepEqual(status, folded(all))
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

    'tasks are narrowed by several repositories at once': async ({ store }) => {
      const scripts = Array.from({ length: 3 }, () => runScript())
      for (const script of scripts) await store.tasks.append([script.queued()])
      const [first, , third] = scripts
      const repository = [first?.repository ?? '', third?.repository ?? '', freshRepository()]
      const { tasks, total } = await store.tasks.tasks({ repository })
      assert.deepEqual(
        tasks.map(({ taskId }) => taskId),
        [third?.taskId, first?.taskId],
      )
      assert.equal(total, 2)
      const none = await store.tasks.tasks({ repository: [] })
      assert.deepEqual(none, { tasks: [], total: 0, nextCursor: null })
    },

    'tasks that ended come by their end, newest first, page by page': async ({ store }) => {
      const repository = freshRepository()
      const scripts = [5, 1, 3, 4, 2].map((day) =>
        runScript({ repository, startMs: Date.UTC(2026, 0, day) }),
      )
      for (const script of scripts) await store.tasks.append([script.queued(), script.started()])
      await store.tasks.append([runScript({ repository }).queued()])
      const [fifth, first, third, fourth, second] = scripts
      assert.ok(fifth && first && third && fourth && second)
      for (const script of [third, fifth, first]) await store.tasks.append([script.completed()])
      await store.tasks.append([second.cancelled()])
      await store.tasks.append([fourth.failed('queued', 'It failed.')])
      // What comes after the end is no end.
      await store.tasks.append([
        runScript({ ...first, startMs: Date.UTC(2026, 1, 1) }).warned(null, 'completed', 'late'),
      ])
      const inOrder = [fifth, fourth, third, second, first].map(({ taskId }) => taskId)
      for (const limit of [1, 2, 5, 50]) {
        const seen: string[] = []
        for (let cursor: string | null | undefined; cursor !== null; ) {
          const filter = { repository, order: 'ended' as const, limit }
          const page = await store.tasks.tasks(
            cursor === undefined ? filter : { ...filter, cursor },
          )
          assert.equal(page.total, 5)
          assert.ok(seen.length < 5, 'the pages end')
          seen.push(...page.tasks.map(({ taskId }) => taskId))
          cursor = page.nextCursor
        }
        assert.deepEqual(seen, inOrder, `pages of ${limit}`)
      }
      const again = runScript({ ...fourth, startMs: Date.UTC(2026, 1, 1) })
      await store.tasks.append([again.queued()])
      const left = await store.tasks.tasks({ repository, order: 'ended' })
      assert.ok(!left.tasks.some(({ taskId }) => taskId === fourth.taskId), 'it goes on')
      assert.equal(left.total, 4)
    },

    'totals sum up the tasks that are meant': async ({ store }) => {
      const [here, there] = [freshRepository(), freshRepository()]
      const make = async (repository: string, end: (script: RunScript) => NewIndexEvent[]) => {
        const script = runScript({ repository })
        await store.tasks.append([
          script.queued(),
          ...steps.map((step) => step(script)),
          ...end(script),
        ])
      }
      await make(here, (script) => [script.completed()])
      await make(here, (script) => [
        script.stageProgressed('embedding', 50),
        script.stageCompleted('embedding'),
        script.completed(),
      ])
      await make(here, (script) => [script.failed('embedding', 'It failed.')])
      await make(here, () => [])
      await make(there, (script) => [script.completed()])
      const documents = (await store.tasks.tasks({ repository: [here, there] })).tasks
      for (const selection of [
        { repository: here },
        { repository: [here, there] },
        { repository: here, status: ['failed' as const] },
        { repository: [here], status: ['completed' as const, 'in_progress' as const] },
        { repository: freshRepository() },
      ]) {
        const meant = documents.filter(
          ({ status, repositoryName }) =>
            [selection.repository].flat().includes(repositoryName) &&
            (selection.status?.some((one) => one === status) ?? true),
        )
        const totals = await store.tasks.totals(selection)
        const sum = (of: (status: StatusDocument) => number, some = meant): number =>
          some.reduce((total, status) => total + of(status), 0)
        const completed = meant.filter(({ status }) => status === 'completed')
        const mean = (of: (status: StatusDocument) => number): number =>
          completed.length === 0 ? 0 : sum(of, completed) / completed.length
        for (const status of taskStatuses) {
          const count = meant.filter((task) => task.status === status).length
          assert.equal(totals.byStatus[status] ?? 0, count, status)
        }
        near(
          totals.processedFiles,
          sum((status) => status.processedFiles),
          'processedFiles',
        )
        near(
          totals.generatedChunks,
          sum((status) => status.generatedChunks),
          'generatedChunks',
        )
        const ended = meant.filter(({ status }) => isTerminal(status))
        near(
          totals.totalProcessingTime,
          sum((status) => status.processingTime, ended),
          'totalProcessingTime',
        )
        near(
          totals.averageFilesPerSecond,
          mean((status) => status.throughputFilesPerSecond),
          'averageFilesPerSecond',
        )
        near(
          totals.averageChunksPerSecond,
          mean((status) => status.throughputChunksPerSecond),
          'averageChunksPerSecond',
        )
      }
      const all = await store.tasks.totals({})
      assert.ok((all.byStatus.completed ?? 0) >= 3 && all.processedFiles > 0)
    },

    'a look at what changed gives the events since the last one, of every task in their order':
      async ({ store }) => {
        const [left, right] = [runScript(), runScript()]
        await store.tasks.append([left.queued()])
        const before = await store.tasks.changes({ limit: 10 })
        assert.deepEqual([before.events, before.hasMore], [[], false])
        const stored = [
          ...(await store.tasks.append([right.queued(), left.started(), right.started()])),
          ...(await store.tasks.append([left.completed()])),
        ]
        const ofBoth = ({ taskId }: IndexEvent): boolean =>
          taskId === left.taskId || taskId === right.taskId
        for (const limit of [1, 2, 50]) {
          const seen: IndexEvent[] = []
          let { cursor } = before
          for (let hasMore = true; hasMore; ) {
            const look = await store.tasks.changes({ after: cursor, limit })
            assert.ok(look.events.length <= limit && (look.events.length > 0 || !look.hasMore))
            seen.push(...look.events)
            cursor = look.cursor
            hasMore = look.hasMore
          }
          assert.deepEqual(seen.filter(ofBoth), stored, `pages of ${limit}`)
          const idle = await store.tasks.changes({ after: cursor, limit })
          assert.deepEqual(idle.events.filter(ofBoth), [])
        }
      },

    'a look at what changed leaves out the tasks that it is told to': async ({ store }) => {
      const [wanted, besides] = [runScript(), runScript()]
      const { cursor } = await store.tasks.changes({ limit: 1 })
      await store.tasks.append([besides.queued(), wanted.queued(), besides.started()])
      const options = { besides: [besides.taskId, freshTaskId()], limit: 50 }
      const look = await store.tasks.changes({ ...options, after: cursor })
      assert.ok(look.events.some(({ taskId }) => taskId === wanted.taskId))
      assert.ok(!look.events.some(({ taskId }) => taskId === besides.taskId))
      const next = await store.tasks.changes({ limit: 50, after: look.cursor })
      assert.ok(!next.events.some(({ taskId }) => taskId === besides.taskId), 'they are passed')
    },

    'what ended long ago is dropped, but for what the ledger and its files need': async ({
      store,
    }) => {
      const [indexed, other] = [freshRepository(), freshRepository()]
      // Long before every other task that the journal may hold.
      const scriptOf = (repository: string, year: number): RunScript =>
        runScript({ repository, startMs: Date.UTC(year, 0, 1) })
      const end = async (script: RunScript, ...events: NewIndexEvent[]): Promise<string> => {
        const { taskId } = script
        await store.tasks.append([script.queued(), ...events, script.completed()])
        return taskId
      }
      const first = scriptOf(indexed, 1990)
      const old = await end(
        first,
        first.settled('gone.ts', { outcome: 'deleted' }),
        first.settled('left-out.ts', { outcome: 'skipped', reason: 'too_large' }),
        first.settled('a.ts'),
      )
      const committed = await end(scriptOf(indexed, 1990))
      const between = await end(scriptOf(indexed, 1990))
      const newest = await end(scriptOf(indexed, 1990))
      const elsewhere = await end(scriptOf(other, 1990))
      const later = await end(scriptOf(other, 1992))
      const under = scriptOf(other, 1990)
      await store.tasks.append([under.queued(), under.started()])
      const repository = ledgerRepository({ name: indexed, taskId: committed })
      await commitParsed(store, repository, [{ path: 'a.ts', parsed: richFile() }])
      const plan = { repository: other, runId: under.runId }
      await store.plans.begin(plan)
      await store.plans.add(plan.runId, [fileToIndex({ path: 'a.ts' })])
      const record = await store.plans.record(indexed, 'a.ts')
      const recorded = ['gone.ts', 'left-out.ts']
      for (const path of recorded) assert.notEqual(await store.plans.record(indexed, path), null)

      assert.equal(await store.tasks.prune({ endedBefore: new Date(Date.UTC(1991, 0, 1)) }), 3)
      const { tasks, total } = await store.tasks.tasks({ repository: [indexed, other] })
      assert.deepEqual(
        new Set(tasks.map(({ taskId }) => taskId)),
        new Set([committed, newest, later, under.taskId]),
      )
      assert.equal(total, 4)
      for (const taskId of [old, between, elsewhere]) {
        assert.equal(await store.tasks.status(taskId), null)
        assert.equal((await store.tasks.logs(taskId, {})).total, 0)
        assert.deepEqual(await store.tasks.events(taskId, { limit: 9 }), [])
      }
      assert.equal((await store.tasks.events(newest, { limit: 9 })).length, 2)
      assert.equal(record?.outcome, 'indexed')
      assert.deepEqual(await store.plans.record(indexed, 'a.ts'), record)
      for (const path of recorded) assert.equal(await store.plans.record(indexed, path), null)
      assert.equal((await store.plans.toIndex(plan.runId, { limit: 9 })).length, 1)
      assert.equal(await store.tasks.prune({ endedBefore: new Date(Date.UTC(1991, 0, 1)) }), 0)

      await store.tasks.append([under.cancelled()])
      assert.equal(await store.tasks.prune({ endedBefore: new Date(Date.UTC(1991, 0, 1)) }), 1)
      assert.deepEqual(await store.plans.toIndex(plan.runId, { limit: 9 }), [])
    },

    'of each repository so many tasks are kept, those that ended last': async ({ store }) => {
      const repositories = [freshRepository(), freshRepository()]
      const ids = new Map<string, string[]>(repositories.map((name) => [name, []]))
      for (let year = 1980; year < 1985; year++) {
        for (const repository of repositories) {
          const script = runScript({ repository, startMs: Date.UTC(year, 0, 1) })
          await store.tasks.append([script.queued(), script.completed()])
          ids.get(repository)?.push(script.taskId)
        }
      }
      const [first = ''] = repositories
      const under = runScript({ repository: first, startMs: Date.UTC(1979, 0, 1) })
      await store.tasks.append([under.queued(), under.started()])
      const keptOf = async (repository: string): Promise<string[]> =>
        (await store.tasks.tasks({ repository })).tasks.map(({ taskId }) => taskId).reverse()
      // Others' tasks of these years, if the journal has any, must not take the place of these.
      assert.equal(await store.tasks.prune({ perRepository: 4, limit: 1 }), 1)
      while ((await store.tasks.prune({ perRepository: 3, limit: 3 })) > 0);
      for (const repository of repositories) {
        const kept = (await keptOf(repository)).filter((taskId) => taskId !== under.taskId)
        assert.deepEqual(kept, ids.get(repository)?.slice(-3))
      }
      assert.notEqual(await store.tasks.status(under.taskId), null)
    },

    'events of ended tasks take at most so many bytes, but for what has to stay': async ({
      store,
    }) => {
      const repository = freshRepository()
      const ids: string[] = []
      for (let second = 0; second < 6; second++) {
        // After every other task that the journal may hold.
        const startMs = Date.UTC(2200, 0, 1, 0, 0, second)
        const script = runScript({ repository, startMs })
        await store.tasks.append([script.queued(), script.started(), script.completed()])
        ids.push(script.taskId)
      }
      const [first = ''] = ids
      const [taken = ''] = [JSON.stringify(await store.tasks.events(first, { limit: 9 }))]
      const kept = async (): Promise<string[]> =>
        (await store.tasks.tasks({ repository })).tasks.map(({ taskId }) => taskId).reverse()
      await store.tasks.prune({ bytes: taken.length * 1_000_000 })
      assert.deepEqual(await kept(), ids)
      // Of about as many bytes each, some fit.
      await store.tasks.prune({ bytes: Math.round(taken.length * 3.5) })
      const some = await kept()
      assert.ok(some.length > 0 && some.length < 6, `${some.length} of 6 were kept`)
      assert.deepEqual(some, ids.slice(-some.length))
      await store.tasks.prune({ bytes: 0 })
      assert.deepEqual(await kept(), [])
    },

    'a listed task is its status': async ({ store }) => {
      const script = runScript()
      await store.tasks.append([script.queued(), ...steps.map((step) => step(script))])
      const { tasks } = await store.tasks.tasks({ repository: script.repository })
      assert.deepEqual(tasks, [await store.tasks.status(script.taskId)])
    },
  })
}
