import assert from 'node:assert/strict'
import type { Garbage, Journal, LedgerFile, LedgerRepository, PlannedFile } from '@cairn/core'
import { type Behaviour, behaviours } from '../conformance-case.ts'
import { allPages, sorted } from '../expectations.ts'
import {
  freshEdgeSet,
  freshFingerprint,
  freshRepository,
  freshTaskId,
  freshVersion,
} from '../fresh-names.ts'
import { oddNames } from '../odd-text.ts'
import type { OpenedJournal } from './journal-subject.ts'
import { commitParsed, fileToIndex, ledgerFile, ledgerRepository } from './ledger-rows.ts'
import { parsedFile, richFile } from './parsed-files.ts'
import { runScript } from './task-events.ts'

/** Begins a run with a plan, stages and commits; the plan indexes what is staged unless given. */
export async function commitRun(
  journal: Journal,
  repository: LedgerRepository,
  staged: readonly LedgerFile[],
  others: readonly PlannedFile[] = [],
): Promise<void> {
  const runId = freshTaskId()
  await journal.plans.begin({ repository: repository.name, runId })
  await journal.plans.add(runId, [
    ...staged.map(({ path, version }) => fileToIndex({ path, version })),
    ...others,
  ])
  await journal.ledger.stage(runId, staged)
  await journal.ledger.commit(runId, repository)
}

/** Garbage as text in one order. */
export function garbageLines({ versions, edgeSets }: Garbage): string[] {
  return sorted([
    ...versions.flatMap(({ version, chunkCount, spaces }) =>
      spaces.map(({ fingerprint, dimensions }) =>
        [version, chunkCount, fingerprint, dimensions].join(' '),
      ),
    ),
    ...edgeSets,
  ])
}

/** How a file's rows look as garbage in the space of a repository's embedder. */
export function asGarbage(file: LedgerFile, { embedder }: LedgerRepository): string {
  return [file.version, file.chunkCount, embedder.fingerprint, embedder.dimensions].join(' ')
}

const skip = { action: 'skip', reason: 'excluded', detail: null } as const
const unknown = { language: null, sizeBytes: null } as const

/** What `ledger` promises. */
export const ledger: readonly Behaviour<OpenedJournal>[] = behaviours<OpenedJournal>('ledger', {
  'what is staged is not there until it is committed': async ({ store }) => {
    const repository = ledgerRepository()
    const { name } = repository
    const file = ledgerFile()
    const owners = [file.version, file.edgeSet]
    const runId = freshTaskId()
    await store.plans.begin({ repository: name, runId })
    await store.ledger.stage(runId, [file])
    assert.equal(await store.ledger.repository(name), null)
    assert.equal(await store.ledger.file(name, file.path), null)
    assert.deepEqual(await store.ledger.files(name, { limit: 9 }), [])
    assert.deepEqual(await store.ledger.live(owners), new Set())
    assert.ok(!(await store.ledger.repositories()).some((each) => each.name === name))
    await store.ledger.commit(runId, repository)
    assert.deepEqual(await store.ledger.file(name, file.path), file)
    assert.deepEqual(await store.ledger.files(name, { limit: 9 }), [file])
    assert.deepEqual(await store.ledger.live([...owners, freshVersion()]), new Set(owners))
  },

  'a file that is staged again takes the place of the former': async ({ store }) => {
    const repository = ledgerRepository()
    const runId = freshTaskId()
    const [former, later] = [
      ledgerFile({ path: 'a' }),
      ledgerFile({ path: 'a', failedChunks: [0, 2] }),
    ]
    await store.plans.begin({ repository: repository.name, runId })
    await store.ledger.stage(runId, [former])
    await store.ledger.stage(runId, [])
    await store.ledger.stage(runId, [later])
    await store.ledger.commit(runId, repository)
    assert.deepEqual(await store.ledger.files(repository.name, { limit: 9 }), [later])
  },

  'a committed repository is listed with its sums': async ({ store }) => {
    const repository = ledgerRepository({ name: `"odd" 😀\n${freshRepository()}` })
    const other = ledgerRepository({
      source: { kind: 'remote', url: 'https://example.org/a.git', ref: 'v1' },
      commit: null,
      ref: null,
    })
    await commitRun(store, repository, [
      ledgerFile({ path: 'a.ts', chunkCount: 3, symbolCount: 4, edgeSetEdges: 7 }),
      ledgerFile({
        path: 'b.ts',
        chunkCount: 5,
        symbolCount: 1,
        edgeSetEdges: 0,
        failedChunks: [1],
      }),
      ledgerFile({
        path: 'c.go',
        language: 'go',
        sizeBytes: 7,
        chunkCount: 0,
        symbolCount: 0,
        edgeSetEdges: 2,
      }),
    ])
    await commitRun(store, other, [])
    const sums = {
      files: 3,
      chunks: 8,
      symbols: 5,
      edges: 9,
      languages: { typescript: 2, go: 1 },
      sizeBytes: 1200 + 1200 + 7,
    }
    const none = { files: 0, chunks: 0, symbols: 0, edges: 0, languages: {}, sizeBytes: 0 }
    const expected = { ...repository, ...sums }
    assert.deepEqual(await store.ledger.repository(repository.name), expected)
    assert.deepEqual(await store.ledger.repository(other.name), { ...other, ...none })
    const listed = await store.ledger.repositories()
    assert.deepEqual(
      listed.filter(({ name }) => name === repository.name),
      [expected],
    )
    assert.equal(listed.filter(({ name }) => name === other.name).length, 1)
    assert.equal(await store.ledger.repository(freshRepository()), null)
  },

  'files come by path, page by page, each as it was staged': async ({ store }) => {
    const repository = ledgerRepository()
    const paths = [...oddNames, ...Array.from({ length: 20 }, (_, index) => `src/${index}.ts`)]
    const files = paths.map((path, index) =>
      ledgerFile({
        path,
        sizeBytes: index,
        failedChunks: index % 3 === 0 ? [] : [0, 2],
        syntaxErrors: index,
      }),
    )
    await commitRun(store, repository, [...files].reverse())
    const expected = sorted(paths).map((path) => files.find((file) => file.path === path))
    const { name } = repository
    for (const limit of [1, 10, 33, 100]) {
      const listed = await allPages(
        limit,
        (after) => store.ledger.files(name, after === undefined ? { limit } : { limit, after }),
        ({ path }) => path,
      )
      assert.deepEqual(listed, expected, `pages of ${limit}`)
    }
    for (const file of files) assert.deepEqual(await store.ledger.file(name, file.path), file)
    assert.equal(await store.ledger.file(name, 'absent.ts'), null)
    assert.equal(await store.ledger.file(freshRepository(), 'src/1.ts'), null)
  },

  'a commit replaces what is staged, drops what the plan deletes or skips, and keeps the rest':
    async ({ store }) => {
      const repository = ledgerRepository()
      const files = ['changed', 'deleted', 'failed', 'skipped', 'unchanged', 'unplanned'].map(
        (path) => ledgerFile({ path }),
      )
      const [changed, deleted, failed, skipped, unchanged, unplanned] = files
      if (!changed || !deleted || !failed || !skipped || !unchanged || !unplanned) {
        throw new Error('six files were made')
      }
      await commitRun(store, repository, files)
      assert.deepEqual(await store.ledger.garbage(repository.name, 9), {
        versions: [],
        edgeSets: [],
      })
      const later = ledgerFile({ path: 'changed' })
      const added = ledgerFile({ path: 'added' })
      const next = { ...repository, commit: null, indexedAt: new Date('2026-04-01T00:00:00.001Z') }
      await commitRun(
        store,
        next,
        [later, added],
        [
          { ...unknown, path: 'deleted', action: 'delete' },
          fileToIndex({ path: 'failed' }),
          { ...unknown, ...skip, path: 'skipped' },
          {
            ...fileToIndex({ path: 'unchanged', version: unchanged.version }),
            action: 'unchanged',
          },
        ],
      )
      const kept = [added, later, failed, unchanged, unplanned]
      assert.deepEqual(await store.ledger.files(repository.name, { limit: 9 }), kept)
      const owners = (of: readonly LedgerFile[]) =>
        of.flatMap((file) => [file.version, file.edgeSet])
      assert.deepEqual(
        await store.ledger.live(owners([...files, later, added])),
        new Set(owners(kept)),
      )
      const summary = await store.ledger.repository(repository.name)
      assert.deepEqual([summary?.files, summary?.commit], [5, null])
      assert.deepEqual(summary?.indexedAt, next.indexedAt)
      const gone = [changed, deleted, skipped]
      assert.deepEqual(
        garbageLines(await store.ledger.garbage(repository.name, 99)),
        sorted(gone.flatMap((file) => [asGarbage(file, repository), file.edgeSet])),
      )
    },

  'what is still live is no garbage': async ({ store }) => {
    const repository = ledgerRepository()
    const former = ledgerFile({ path: 'a' })
    const relinked = { ...former, edgeSet: freshEdgeSet() }
    await commitRun(store, repository, [former])
    await commitRun(store, repository, [relinked])
    const { name } = repository
    const garbage = await store.ledger.garbage(name, 9)
    assert.deepEqual(garbage, { versions: [], edgeSets: [former.edgeSet] })
    const owners = [former.version, former.edgeSet, relinked.edgeSet]
    assert.deepEqual(await store.ledger.live(owners), new Set([former.version, relinked.edgeSet]))
    await commitRun(store, repository, [former])
    const reversed = await store.ledger.garbage(name, 9)
    assert.deepEqual(reversed, { versions: [], edgeSets: [relinked.edgeSet] })
  },

  'a version that comes back before it was collected is live and no garbage': async ({ store }) => {
    const repository = ledgerRepository()
    const [one, two] = [ledgerFile({ path: 'a' }), ledgerFile({ path: 'a' })]
    for (const file of [one, two, one]) await commitRun(store, repository, [file])
    const garbage = garbageLines(await store.ledger.garbage(repository.name, 9))
    assert.deepEqual(garbage, sorted([asGarbage(two, repository), two.edgeSet]))
  },

  'after a change of embedder a live version is garbage in the space of the former': async ({
    store,
  }) => {
    const former = ledgerRepository()
    const embedder = { id: 'other', fingerprint: freshFingerprint(), dimensions: 9 }
    const later = { ...former, embedder }
    const file = ledgerFile({ path: 'a' })
    const garbage = async () => garbageLines(await store.ledger.garbage(former.name, 9))
    await commitRun(store, former, [file])
    await commitRun(store, later, [file])
    assert.deepEqual(await garbage(), [asGarbage(file, former)])
    await commitRun(store, former, [file])
    assert.deepEqual(await garbage(), [asGarbage(file, later)])
    await commitRun(store, former, [], [{ ...unknown, path: 'a', action: 'delete' }])
    const both = [asGarbage(file, former), asGarbage(file, later), file.edgeSet]
    assert.deepEqual(await garbage(), sorted(both))
  },

  'garbage comes in pages and is there until it was collected': async ({ store }) => {
    const [repository, other] = [ledgerRepository(), ledgerRepository()]
    const { name } = repository
    const files = Array.from({ length: 12 }, (_, index) =>
      ledgerFile({ path: `${index}`, chunkCount: index }),
    )
    const drop = files.map(({ path }) => ({ ...unknown, path, action: 'delete' as const }))
    const elsewhere = ledgerFile({ path: '1' })
    await commitRun(store, repository, files)
    await commitRun(store, repository, [], drop)
    await commitRun(store, other, [elsewhere])
    await commitRun(store, other, [], drop)
    const first = await store.ledger.garbage(name, 5)
    assert.deepEqual(await store.ledger.garbage(name, 5), first)
    const lines: string[] = []
    for (;;) {
      const page = await store.ledger.garbage(name, 5)
      if (page.versions.length + page.edgeSets.length === 0) break
      assert.ok(page.versions.length <= 5 && page.edgeSets.length <= 5)
      lines.push(...garbageLines(page))
      await store.ledger.collected(name, page)
    }
    assert.deepEqual(
      sorted(lines),
      sorted(files.flatMap((file) => [asGarbage(file, repository), file.edgeSet])),
    )
    assert.deepEqual(
      garbageLines(await store.ledger.garbage(other.name, 9)),
      sorted([asGarbage(elsewhere, other), elsewhere.edgeSet]),
    )
  },

  'an unknown repository has no files and no garbage': async ({ store }) => {
    const name = freshRepository()
    assert.deepEqual(await store.ledger.files(name, { limit: 9 }), [])
    assert.deepEqual(await store.ledger.garbage(name, 9), { versions: [], edgeSets: [] })
    await store.ledger.collected(name, { versions: [], edgeSets: [] })
    assert.deepEqual(await store.ledger.live([]), new Set())
    assert.deepEqual(await store.ledger.remove(name), { files: 0, chunks: 0 })
  },

  'repositories are kept apart, also for files of the same path': async ({ store }) => {
    const [left, right] = [ledgerRepository(), ledgerRepository()]
    const [here, there] = [ledgerFile({ path: 'a' }), ledgerFile({ path: 'a' })]
    const [runHere, runThere] = [freshTaskId(), freshTaskId()]
    await store.plans.begin({ repository: left.name, runId: runHere })
    await store.plans.begin({ repository: right.name, runId: runThere })
    await store.ledger.stage(runHere, [here])
    await store.ledger.stage(runThere, [there])
    await store.ledger.commit(runHere, left)
    assert.equal(await store.ledger.file(right.name, 'a'), null)
    await store.ledger.commit(runThere, right)
    await commitRun(store, left, [], [{ ...unknown, path: 'a', action: 'delete' }])
    assert.deepEqual(await store.ledger.files(left.name, { limit: 9 }), [])
    assert.deepEqual(await store.ledger.files(right.name, { limit: 9 }), [there])
  },

  'a reader sees a commit whole or not at all': async ({ store }) => {
    const repository = ledgerRepository()
    const paths = Array.from({ length: 1500 }, (_, index) => `src/${index}.ts`)
    const [former, later] = [paths, paths].map((list) => list.map((path) => ledgerFile({ path })))
    if (!former || !later) throw new Error('two states were made')
    await commitRun(store, repository, former)
    const runId = freshTaskId()
    await store.plans.begin({ repository: repository.name, runId })
    await store.ledger.stage(runId, later)
    const owners = [...former, ...later].map(({ version }) => version)
    const states = [former, later].map((files) => new Set(files.map(({ version }) => version)))
    const state = { isCommitting: true }
    const committing = store.ledger.commit(runId, repository).finally(() => {
      state.isCommitting = false
    })
    while (state.isCommitting) {
      const live = await store.ledger.live(owners)
      const isWhole = states.some(
        (whole) => whole.size === live.size && [...live].every((owner) => whole.has(owner)),
      )
      assert.ok(isWhole, `${live.size} versions were live in the middle of a commit`)
    }
    await committing
    assert.deepEqual(await store.ledger.live(owners), states[1])
  },

  'removing a repository forgets all of it but its tasks and events, and counts it': async ({
    store,
  }) => {
    const [gone, kept] = [ledgerRepository(), ledgerRepository()]
    const script = runScript({ repository: gone.name })
    await store.tasks.append([script.queued(), script.completed()])
    const files = [
      { path: 'a.ts', parsed: richFile() },
      { path: 'b.ts', parsed: parsedFile([]) },
    ]
    const versions = await commitParsed(store, gone, files)
    const [other] = await commitParsed(store, kept, files)
    const runId = freshTaskId()
    await store.plans.begin({ repository: gone.name, runId })
    await store.plans.add(runId, [fileToIndex({ path: 'c.ts' })])
    assert.deepEqual(await store.ledger.remove(gone.name), { files: 2, chunks: 3 })
    assert.equal(await store.ledger.repository(gone.name), null)
    assert.deepEqual(await store.ledger.files(gone.name, { limit: 9 }), [])
    assert.deepEqual(await store.ledger.live(versions), new Set())
    assert.deepEqual(await store.spool.has(versions), new Set())
    assert.deepEqual(await store.plans.toIndex(runId, { limit: 9 }), [])
    assert.deepEqual(await store.text.chunks([`${versions[0]}:0`]), [null])
    assert.equal((await store.tasks.status(script.taskId))?.status, 'completed')
    assert.equal((await store.tasks.events(script.taskId, { limit: 9 })).length, 2)
    assert.equal((await store.ledger.repository(kept.name))?.files, 2)
    assert.equal((await store.text.chunks([`${other}:0`])).filter(Boolean).length, 1)
    assert.deepEqual(await store.ledger.remove(gone.name), { files: 0, chunks: 0 })
  },

  'thousands of owners are asked for in one call': async ({ store }) => {
    const file = ledgerFile()
    await commitRun(store, ledgerRepository(), [file])
    const owners = [...Array.from({ length: 10_000 }, freshVersion), file.version]
    assert.deepEqual(await store.ledger.live(owners), new Set([file.version]))
  },
})
