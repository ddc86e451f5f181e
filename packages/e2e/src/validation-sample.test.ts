/** Which vectors a run reads back before it says completed, and which `reconcile` does. */
import type { Storage } from '@cairn/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createWorkbench, failing, type Opened, shop, type Workbench } from './fixture.ts'

let bench: Workbench
beforeEach(() => {
  bench = createWorkbench()
})
afterEach(() => bench.close())

/** As many vectors as a run reads back. */
const sample = 64

/** Files of functions that have a chunk each. */
function functionsIn(files: number, functionsOfEach: number): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: files }, (_, file) => [
      `file_${file}.py`,
      Array.from({ length: functionsOfEach }, (_, index) => {
        const name = `step_${file}_${index}`
        return `def ${name}(value):\n    """Does ${name} to a value."""\n    return value + ${index}\n`
      }).join('\n\n'),
    ]),
  )
}

/** An indexer over the real stores that notes which vectors are read, and may give others than it holds. */
function openWatched(alter: (vector: Float32Array) => Float32Array = (vector) => vector): Opened & {
  readonly read: string[]
} {
  const read: string[] = []
  const own = bench.open()
  const { journal, vectors, graph } = own.storage
  const storage: Storage = {
    journal,
    graph,
    vectors: {
      ...vectors,
      async get(space, ids, options) {
        read.push(...ids)
        const found = await vectors.get(space, ids, options)
        return found.map((vector) => vector && alter(vector))
      },
    },
  }
  const limits = { maxChunkCharacters: 200 }
  return { ...bench.open({ storage, embedder: own.embedder, limits }), read }
}

async function pathsOf(ids: readonly string[], { storage }: Opened): Promise<Set<string>> {
  const files = await storage.journal.ledger.files('many', { limit: 1_000 })
  const byVersion = new Map(files.map(({ version, path }) => [version, path]))
  return new Set(ids.map((id) => byVersion.get(id.split(':')[0] ?? '') ?? 'none'))
}

test('of a small repository every vector is read back', async () => {
  const opened = openWatched()
  const { chunks } = await opened.indexer.index({ path: bench.repository('many', shop) }).finished
  expect(chunks).toBeLessThan(sample)
  expect(new Set(opened.read).size).toBe(chunks)
  expect(opened.read).toHaveLength(chunks)
})

test.each([
  ['three large files', 3, 80],
  ['many small files', 150, 2],
  ['one file', 1, 200],
])(
  'of %s a run reads a sample that is spread over them, and reconcile reads all',
  async (_, files, functions) => {
    const opened = openWatched()
    const path = bench.repository('many', functionsIn(files, functions))
    const { chunks } = await opened.indexer.index({ path }).finished
    expect(chunks).toBeGreaterThan(3 * sample)
    expect(opened.read).toHaveLength(sample)
    expect(new Set(opened.read).size).toBe(sample)
    const paths = await pathsOf(opened.read, opened)
    expect(paths.size).toBe(Math.min(files, sample))
    // No part of the repository is left out: neighbours in the sample are about equally far apart.
    const all = [...(await orderedIds(opened))]
    const places = opened.read.map((id) => all.indexOf(id)).toSorted((one, other) => one - other)
    const gaps = places.map((place, index) => place - (places[index - 1] ?? 0))
    expect(Math.max(...gaps)).toBeLessThanOrEqual(Math.ceil(chunks / sample))

    opened.read.length = 0
    expect(await opened.indexer.reconcile('many')).toMatchObject({
      ok: true,
      checkedChunks: chunks,
    })
    expect(opened.read).toHaveLength(chunks)
    expect(new Set(opened.read).size).toBe(chunks)
  },
)

/** Ids of all chunks in the order of paths and places. */
async function orderedIds({ storage }: Opened): Promise<string[]> {
  const files = await storage.journal.ledger.files('many', { limit: 1_000 })
  return files.flatMap(({ version, chunkCount }) =>
    Array.from({ length: chunkCount }, (_, ordinal) => `${version}:${ordinal}`),
  )
}

test.each<[string, (vector: Float32Array) => Float32Array]>([
  ['scales', (vector) => vector.map((value) => value * 2)],
  ['turns around', (vector) => vector.map((value) => -value)],
  ['loses', (vector) => vector.map(() => Number.NaN)],
])('a store that %s its vectors fails the run', async (_, mangle) => {
  const opened = openWatched(mangle)
  const path = bench.repository('many', functionsIn(3, 80))
  await expect(opened.indexer.index({ path }).finished).rejects.toMatchObject({
    code: 'VALIDATION_FAILED',
  })
})

test('a chunk that could not be embedded is not missed among those that are read', async () => {
  const own = bench.open()
  const embedder = failing(own.embedder, {
    async embedDocuments(texts) {
      if (texts.some((text) => text.includes('payOrder'))) throw new Error('refused')
      return own.embedder.embedDocuments(texts)
    },
  })
  const opened = bench.open({ storage: own.storage, embedder })
  const path = bench.repository('many', shop)
  const run = opened.indexer.index({ path })
  await run.finished
  expect(run.status()).toMatchObject({ status: 'completed', errorsCount: 1, warnings: [] })
  await expect(opened.indexer.reconcile('many')).resolves.toMatchObject({ ok: true })
})

test.each<[string, number, number]>([
  ['of another length than 1', 2, 1],
  ['as it should be', 1, 0],
])(
  'where the cache has lost a text, its vector %s is judged by itself',
  async (_, scale, share) => {
    const own = bench.open()
    const path = bench.repository('many', shop)
    const { chunks } = await own.indexer.index({ path }).finished
    const { journal, vectors, graph } = own.storage
    const forgetful: Storage = {
      graph,
      journal: {
        ...journal,
        cache: { ...journal.cache, get: async (_fingerprint, hashes) => hashes.map(() => null) },
      },
      vectors: {
        ...vectors,
        get: async (...call) =>
          (await vectors.get(...call)).map(
            (vector) => vector?.map((value) => value * scale) ?? null,
          ),
      },
    }
    const { indexer } = bench.open({ storage: forgetful, embedder: own.embedder })
    const report = await indexer.reconcile('many', { repair: false })
    expect(report.altered).toHaveLength(share * chunks)
  },
)

test('a run whose sample is wrong repairs all that is, not the sample alone', async () => {
  const { indexer, storage } = bench.open()
  const path = bench.repository('many', functionsIn(150, 2))
  await indexer.index({ path }).finished
  const [space] = await storage.vectors.spaces()
  if (!space) throw new Error('no space')
  const ids = await storage.vectors.ids(space, { repository: 'many', limit: 1_000 })
  const other = Float32Array.from({ length: space.dimensions }, (_, at) => (at === 0 ? 1 : 0))
  const row = { repository: 'many', path: 'x', language: 'python', symbolKind: null, vector: other }
  await storage.vectors.upsert(
    space,
    ids.map((id) => ({ ...row, id, version: id.split(':')[0] ?? '' })),
  )
  await indexer.index({ path }).finished
  expect(await indexer.reconcile('many', { repair: false })).toMatchObject({ ok: true })
})

test('a repository whose text is lost is told as such, and never as whole', async () => {
  const own = bench.open()
  const path = bench.repository('many', shop)
  await own.indexer.index({ path }).finished
  const { journal, vectors, graph } = own.storage
  const lost: Storage = {
    vectors,
    graph,
    journal: { ...journal, spool: { ...journal.spool, chunks: async () => [] } },
  }
  const { indexer } = bench.open({ storage: lost, embedder: own.embedder })
  const report = await indexer.reconcile('many')
  expect(report).toMatchObject({ ok: false, repaired: 0 })
  expect(report.missing).toHaveLength(report.checkedChunks)
  expect(report.missing[0]).toMatchObject({ store: 'text', path: expect.any(String) })
  await expect(indexer.index({ path }).finished).rejects.toMatchObject({
    code: 'VALIDATION_FAILED',
    message: expect.stringMatching(/Remove the repository and index it again\.$/),
  })
})
