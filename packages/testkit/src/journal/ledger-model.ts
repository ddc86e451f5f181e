import assert from 'node:assert/strict'
import type { Journal, LedgerFile, PlannedFile } from '@cairn/core'
import fc from 'fast-check'
import { type Behaviour, behaviours } from '../conformance-case.ts'
import { sorted } from '../expectations.ts'
import { freshEdgeSet, freshFingerprint, freshRepository, freshVersion } from '../fresh-names.ts'
import type { OpenedJournal } from './journal-subject.ts'
import { asGarbage, commitRun, garbageLines } from './ledger.ts'
import { fileToIndex, ledgerFile, ledgerRepository } from './ledger-rows.ts'

const paths = ['a', 'b', 'src/c', 'z'] as const

/** What a run does with one path: takes one of its two versions, or leaves or drops the file. */
const fate = fc.oneof(
  fc.record({
    kind: fc.constant('stage' as const),
    version: fc.nat({ max: 1 }),
    edgeSet: fc.nat({ max: 1 }),
  }),
  fc.record({ kind: fc.constantFrom('unchanged', 'failed', 'unplanned', 'delete', 'skip') }),
)
const run = fc.record({
  repository: fc.nat({ max: 1 }),
  fates: fc.tuple(fate, fate, fate, fate),
  embedder: fc.nat({ max: 1 }),
  collects: fc.boolean(),
})

type Run = typeof run extends fc.Arbitrary<infer Value> ? Value : never

/** One repository as it should be. */
function model() {
  const name = freshRepository()
  const embedders = [4, 7].map((dimensions) => ({
    id: 'static',
    fingerprint: freshFingerprint(),
    dimensions,
  }))
  return {
    repositories: embedders.map((embedder) => ledgerRepository({ name, embedder })),
    name,
    embedder: 0,
    /** Two versions of each path with two edge sets each. */
    versions: paths.map((path, pathNumber) =>
      [0, 1].map((version) => {
        const file = ledgerFile({
          path,
          version: freshVersion(),
          chunkCount: pathNumber * 2 + version,
        })
        return [freshEdgeSet(), freshEdgeSet()].map((edgeSet) => ({ ...file, edgeSet }))
      }),
    ),
    files: new Map<string, LedgerFile>(),
    garbage: new Set<string>(),
  }
}

async function apply(journal: Journal, held: ReturnType<typeof model>, step: Run): Promise<void> {
  const changesEmbedder = step.embedder !== held.embedder
  const former = held.repositories[held.embedder]
  const repository = held.repositories[step.embedder]
  if (!former || !repository) throw new Error('each embedder has its repository')
  const staged: LedgerFile[] = []
  const others: PlannedFile[] = []
  const going: LedgerFile[] = []
  for (const [index, path] of paths.entries()) {
    const chosen = step.fates[index]
    const present = held.files.get(path)
    // A change of embedder leaves no file as it is: a run indexes all of them again.
    if (chosen?.kind === 'stage' || (changesEmbedder && present)) {
      const [version, edgeSet] =
        chosen?.kind === 'stage' ? [chosen.version, chosen.edgeSet] : [0, 0]
      const file = held.versions[index]?.[version]?.[edgeSet]
      if (!file) throw new Error('each path has two versions')
      staged.push(file)
      if (present) going.push(present)
    } else if (chosen?.kind === 'delete' || chosen?.kind === 'skip') {
      const entry = { path, language: null, sizeBytes: null }
      others.push(
        chosen.kind === 'delete'
          ? { ...entry, action: 'delete' }
          : { ...entry, action: 'skip', reason: 'excluded', detail: null },
      )
      if (present) going.push(present)
    } else if (chosen?.kind === 'unchanged' && present) {
      others.push({ ...fileToIndex({ path, version: present.version }), action: 'unchanged' })
    } else if (chosen?.kind === 'failed') {
      others.push(fileToIndex({ path }))
    }
  }
  await commitRun(journal, repository, staged, others)
  for (const file of going) {
    held.files.delete(file.path)
    held.garbage.add(asGarbage(file, former)).add(file.edgeSet)
  }
  for (const file of staged) held.files.set(file.path, file)
  for (const file of held.files.values()) {
    held.garbage.delete(asGarbage(file, repository))
    held.garbage.delete(file.edgeSet)
  }
  held.embedder = step.embedder
}

async function agrees(journal: Journal, held: ReturnType<typeof model>): Promise<void> {
  const files = sorted(held.files.keys()).flatMap((path) => held.files.get(path) ?? [])
  assert.deepEqual(await journal.ledger.files(held.name, { limit: 99 }), files)
  const all = held.versions.flat(2).flatMap(({ version, edgeSet }) => [version, edgeSet])
  const live = new Set(files.flatMap(({ version, edgeSet }) => [version, edgeSet]))
  assert.deepEqual(await journal.ledger.live(all), live)
  const summary = await journal.ledger.repository(held.name)
  assert.equal(summary?.files ?? 0, files.length)
  assert.equal(
    summary?.chunks ?? 0,
    files.reduce((sum, { chunkCount }) => sum + chunkCount, 0),
  )
  const garbage = await journal.ledger.garbage(held.name, 99)
  assert.deepEqual(garbageLines(garbage), sorted(held.garbage))
}

/** Random runs, compared with a map of files and a set of garbage. */
export function ledgerModel(propertyRuns: number): readonly Behaviour<OpenedJournal>[] {
  return behaviours<OpenedJournal>('ledger as a map of files', {
    'any sequence of runs leaves the files that a map would hold, and as garbage what went from it':
      async ({ store }) => {
        const property = fc.asyncProperty(fc.array(run, { maxLength: 8 }), async (runs) => {
          const repositories = [model(), model()] as const
          for (const step of runs) {
            const held = repositories[step.repository === 0 ? 0 : 1]
            await apply(store, held, step)
            await agrees(store, held)
            if (step.collects) {
              await store.ledger.collected(held.name, await store.ledger.garbage(held.name, 99))
              held.garbage.clear()
            }
          }
          for (const held of repositories) await agrees(store, held)
        })
        await fc.assert(property, { numRuns: propertyRuns })
      },
  })
}
