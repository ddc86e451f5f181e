import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Storage, VectorStore } from '@cairn/core'
import { staticEmbedder } from '@cairn/embedder-static'
import type { IndexEventOf } from '@cairn/protocol'
import { type RunningServer, startChroma } from '@cairn/servers'
import { startOrSkip } from '@cairn/servers/vitest'
import { chroma } from '@cairn/store-chroma'
import { sqlite } from '@cairn/store-sqlite'
import { ChromaClient } from 'chromadb'
import { afterAll, afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { createWorkbench, type Opened, shop, type Workbench } from './fixture.ts'

let bench: Workbench
beforeEach(() => {
  bench = createWorkbench()
})
afterEach(() => bench.close())

/** The source of core, which is enough for many batches. */
function realRepository(): string {
  const source = join(import.meta.dirname, '../../core/src')
  const files: Record<string, string> = {}
  for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    files[path.slice(source.length + 1)] = readFileSync(path, 'utf8')
  }
  return bench.repository('core', files)
}

const embedder = staticEmbedder({ threads: 1 })
afterAll(() => embedder.close?.())
const space = { fingerprint: embedder.fingerprint, dimensions: embedder.dimensions }

/** An indexer whose vectors are in a Chroma server, and `changed` of them. */
function openOn(
  { url }: RunningServer,
  changed: (vectors: VectorStore) => Partial<VectorStore> = () => ({}),
): Opened {
  const embedded = sqlite({ path: join(bench.folder, 'data', 'cairn.db') })
  const vectors = chroma({ url })
  const opened = bench.open({
    storage: { ...embedded, vectors: { ...vectors, ...changed(vectors) } },
    embedder,
    limits: { retries: 50 },
  })
  onTestFinished(async () => {
    await opened.close()
    await vectors.close()
    await embedded.close()
  })
  return opened
}

/** Chunk ids that the ledger says are there, in order. */
async function ledgerIds({ journal }: Storage): Promise<string[]> {
  const files = await journal.ledger.files('core', { limit: 10_000 })
  return files
    .flatMap(({ version, chunkCount }) =>
      Array.from({ length: chunkCount }, (_, ordinal) => `${version}:${ordinal}`),
    )
    .sort()
}

const storedIds = ({ vectors }: Storage): Promise<string[]> =>
  vectors.ids(space, { repository: 'core', limit: 100_000 })

test('a server that is killed in the middle of a run is waited for, and nothing is missing', async (context) => {
  const server = await startOrSkip(context, startChroma)
  let writes = 0
  let isBack: Promise<void> | null = null
  const { indexer, storage } = openOn(server, (vectors) => ({
    async upsert(...batch) {
      const written = vectors.upsert(...batch)
      if (++writes !== 2) return written
      // The request is under way.
      await Promise.allSettled([written, server.kill()])
      return written
    },
  }))
  const run = indexer.index({ path: realRepository() })
  const seen: IndexEventOf<'health.changed'>['health'][] = []
  run.on('health.changed', ({ health }) => {
    seen.push(health)
    if (health.state === 'waiting') isBack ??= server.restart()
  })
  const result = await run.finished
  await isBack

  expect(writes).toBeGreaterThan(2)
  expect(seen[0]).toMatchObject({
    state: 'waiting',
    detail: expect.stringContaining('Waiting for the vector store chroma'),
  })
  expect(seen.at(-1)).toMatchObject({ state: 'ok' })
  expect(result.files.failed).toBe(0)
  const expected = await ledgerIds(storage)
  expect(expected).toHaveLength(result.chunks)
  expect(await storedIds(storage)).toEqual(expected)
  expect(await indexer.reconcile('core')).toMatchObject({ ok: true, repaired: 0 })
})

test('an index in Chroma answers, follows changes, is repaired and goes', async (context) => {
  const server = await startOrSkip(context, startChroma)
  const { indexer, storage } = openOn(server)
  const path = realRepository()
  await indexer.index({ path }).finished
  const { hits } = await indexer.search('retry with exponential backoff', {
    mode: 'dense',
    path: 'r*.ts',
    language: 'typescript',
  })
  expect(hits.map((hit) => hit.path)).toContain('retry.ts')

  await indexer.index({ path, exclude: ['parsing/**'] }).finished
  expect(await storedIds(storage)).toEqual(await ledgerIds(storage))

  const [lost = ''] = await storedIds(storage)
  await storage.vectors.delete(space, [lost])
  expect(await indexer.reconcile('core')).toMatchObject({ ok: true, repaired: 1 })
  expect(await storedIds(storage)).toContain(lost)

  await indexer.remove('core')
  expect(await storedIds(storage)).toEqual([])
  expect(await storage.vectors.spaces()).toEqual([])
})

test('rows that another client deleted, added or altered in Chroma are named and put right', async (context) => {
  const server = await startOrSkip(context, startChroma)
  const { indexer, storage } = openOn(server)
  await indexer.index({ path: bench.repository('core', shop) }).finished
  const ids = await ledgerIds(storage)
  const read = () => storage.vectors.get(space, ids)
  const before = await read()

  const { hostname, port } = new URL(server.url)
  const client = new ChromaClient({ host: hostname, port: Number(port) })
  const [collection] = await client.listCollections()
  const [lost = '', turned = '', renamed = '', moved = ''] = ids
  if (!collection) throw new Error('There is no collection.')
  const stray = `v${'0'.repeat(32)}:0`
  const { embeddings, metadatas } = await collection.get({
    ids: [renamed],
    include: ['embeddings', 'metadatas'],
  })
  await collection.delete({ ids: [lost] })
  await collection.add({ ids: [stray], embeddings, metadatas: [metadatas[0] ?? {}] })
  await collection.update({
    ids: [turned],
    embeddings: [Array.from({ length: space.dimensions }, (_, index) => (index === 0 ? 1 : 0))],
  })
  await collection.update({ ids: [renamed], metadatas: [{ language: 'other' }] })
  await collection.update({ ids: [moved], metadatas: [{ repository: 'other' }] })

  const found = await indexer.reconcile('core', { repair: false })
  expect(found.missing).toMatchObject([{ store: 'vectors', id: lost }])
  expect(found.orphan).toMatchObject([{ store: 'vectors', id: stray }])
  expect(found.altered.map(({ id }) => id).sort()).toEqual([turned, renamed, moved].sort())
  expect(await indexer.reconcile('core')).toMatchObject({ ok: true, repaired: 5 })
  expect(await indexer.reconcile('core')).toMatchObject({ ok: true, repaired: 0 })
  expect(await read()).toEqual(before)
  expect(await storedIds(storage)).toEqual(ids)
})
