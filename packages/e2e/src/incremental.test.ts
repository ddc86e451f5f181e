import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Indexer, Storage } from '@cairn/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createWorkbench, git, writeFiles } from './fixture.ts'

const paths = ['a.py', 'b.py', 'pkg/__init__.py', 'pkg/c.py'] as const

/** Sources whose meaning depends on each other: names come, go and are passed on. */
const sources = [
  'def one():\n    return 1\n',
  'from a import one\n\n\ndef two():\n    return one()\n',
  'from pkg.c import Base\n\n\nclass Child(Base):\n    def run(self):\n        return self.start()\n',
  'class Base:\n    def start(self):\n        return 1\n',
  'from a import *\n\n\ndef three():\n    return one()\n',
  'from b import two as one\n',
] as const

type Edit = { readonly path: (typeof paths)[number]; readonly source: string | null }

const edit: fc.Arbitrary<Edit> = fc.record({
  path: fc.constantFrom(...paths),
  source: fc.option(fc.constantFrom(...sources)),
})

/** Everything that the stores hold of a repository, in a form that can be compared. */
async function contents(indexer: Indexer, storage: Storage): Promise<unknown> {
  const [space] = await storage.vectors.spaces()
  const files = await storage.journal.ledger.files('repo', { limit: 100 })
  const found = await storage.journal.text.search(['one', 'start', 'return'], { limit: 100 })
  return {
    files,
    // What was there before weighs nothing in them.
    scores: Object.fromEntries(found.map(({ id, score }) => [id, score])),
    vectors: space ? await storage.vectors.ids(space, { repository: 'repo', limit: 1_000 }) : [],
    graph: await storage.graph.owners({ repository: 'repo', limit: 1_000 }),
    report: await indexer.reconcile('repo'),
  }
}

test('after any sequence of edits the index is that of a fresh run over the final tree', async () => {
  const bench = createWorkbench()
  try {
    let round = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(edit, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 }),
        async (steps) => {
          round++
          const path = bench.repository(`repo-${round}`, { 'README.md': '# Start\n' })
          const { indexer, storage, close } = bench.open({ data: `steps-${round}` })
          for (const edits of steps) {
            for (const { path: file, source } of edits) {
              if (source === null) rmSync(join(path, file), { force: true })
              else writeFiles(path, { [file]: source })
            }
            await indexer.index({ path, name: 'repo' }).finished
          }
          const fresh = bench.open({ data: `fresh-${round}` })
          await fresh.indexer.index({ path, name: 'repo' }).finished
          expect(await contents(indexer, storage)).toEqual(
            await contents(fresh.indexer, fresh.storage),
          )
          await close()
          await fresh.close()
        },
      ),
      { numRuns: 8 },
    )
  } finally {
    await bench.close()
  }
})

test('a branch switched back and forth costs only the differences', async () => {
  const bench = createWorkbench()
  try {
    const path = bench.repository('repo', { 'a.py': sources[0], 'b.py': sources[1] })
    git(path, 'checkout', '--quiet', '-b', 'feature')
    writeFiles(path, { 'a.py': sources[3] })
    git(path, 'commit', '--quiet', '--all', '-m', 'Feature')
    const { indexer } = bench.open()
    await indexer.index({ path }).finished
    git(path, 'checkout', '--quiet', 'main')
    expect((await indexer.index({ path }).finished).files).toMatchObject({
      indexed: 1,
      unchanged: 1,
    })
    git(path, 'checkout', '--quiet', 'feature')
    const run = indexer.index({ path })
    expect((await run.finished).files).toMatchObject({ indexed: 1, unchanged: 1 })
    expect((await indexer.status(run.taskId)).embeddingProgress.embeddedChunks).toBe(0)
  } finally {
    await bench.close()
  }
})
