import assert from 'node:assert/strict'
import type { ChunkFilter, SymbolKind, VectorRow, VectorStore } from '@cairn/core'
import { type Behaviour, behaviours } from '../conformance-case.ts'
import { rejectsWithStoreError, sorted } from '../expectations.ts'
import { freshRepository, freshVersion } from '../fresh-names.ts'
import { seededVector, unit } from '../vectors.ts'
import { findsNearest } from './vector-expectations.ts'
import { freshSpace, vectorRow, vectorRows } from './vector-rows.ts'

const languages = ['typescript', 'python', 'go']
const kinds: readonly (SymbolKind | null)[] = ['function', 'class', null, 'method', 'section']

/** Rows over two repositories, three languages, five kinds and five versions in all combinations. */
function variedRows(count: number, dimensions: number): VectorRow[] {
  const repositories = [freshRepository(), freshRepository()]
  const versions = Array.from({ length: 10 }, freshVersion)
  return Array.from({ length: count }, (_, index) => {
    const version = versions[index % 10] ?? ''
    return vectorRow({
      id: `${version}:${Math.floor(index / 10)}`,
      version,
      repository: repositories[index % 2] ?? '',
      language: languages[(index % 10) % 3] ?? '',
      symbolKind: kinds[Math.floor(index / 3) % 5] ?? null,
      vector: seededVector(dimensions, index),
    })
  })
}

/** What `query` promises. */
export const querying: readonly Behaviour<VectorStore>[] = behaviours<VectorStore>('querying', {
  'the nearest rows come first, with the cosine distance of each': async (store) => {
    const space = freshSpace(16)
    const rows = variedRows(120, 16)
    await store.upsert(space, rows)
    for (const seed of [1000, 1001, 1002]) {
      await findsNearest(store, space, { vector: seededVector(16, seed), limit: 10 }, rows)
    }
  },

  'the distance is 0 in the same direction, 1 at a right angle and 2 opposite': async (store) => {
    const space = freshSpace(3)
    const repository = freshRepository()
    const rows = [unit(0, 0, -1), unit(0, 1, 0), unit(0, 0, 1)].map((vector) =>
      vectorRow({ vector, repository }),
    )
    await store.upsert(space, rows)
    const hits = await store.query(space, unit(0, 0, 1), { limit: 3 })
    assert.deepEqual(
      hits.map((hit) => Math.round(hit.distance * 1000) / 1000),
      [0, 1, 2],
    )
    assert.deepEqual(
      hits.map((hit) => hit.id),
      [rows[2]?.id, rows[1]?.id, rows[0]?.id],
    )
  },

  'rows at the same distance come in the order of their ids, also at the limit': async (store) => {
    const space = freshSpace()
    const repository = freshRepository()
    const twins = vectorRows(12, { repository, vector: unit(1, 2, 3, 4) })
    const further = vectorRow({ repository, vector: unit(4, -3, 2, -1) })
    await store.upsert(space, [...twins.slice(6).reverse(), further, ...twins.slice(0, 6)])
    const expected = sorted(twins.map((row) => row.id))
    for (const limit of [1, 5, 12]) {
      const hits = await store.query(space, unit(1, 2, 3, 4), { limit })
      assert.deepEqual(
        hits.map((hit) => hit.id),
        expected.slice(0, limit),
      )
    }
  },

  'a limit beyond the number of rows gives every row': async (store) => {
    const space = freshSpace(8)
    const rows = variedRows(30, 8)
    await store.upsert(space, rows)
    await findsNearest(store, space, { vector: seededVector(8, 77), limit: 10_000 }, rows)
  },

  'a space that was never written to gives no hits': async (store) => {
    assert.deepEqual(await store.query(freshSpace(), unit(1, 0, 0, 0), { limit: 5 }), [])
  },

  'a vector of another length, or other dimensions of a known space, are refused': async (
    store,
  ) => {
    const space = freshSpace(4)
    await store.upsert(space, [vectorRow({ vector: unit(1, 0, 0, 0) })])
    await rejectsWithStoreError(store.query(space, unit(1, 0, 0), { limit: 1 }))
    const other = { ...space, dimensions: 3 }
    await rejectsWithStoreError(store.query(other, unit(1, 0, 0), { limit: 1 }))
  },

  'each filter narrows alone, with one value or several': async (store) => {
    const space = freshSpace(8)
    const rows = variedRows(90, 8)
    await store.upsert(space, rows)
    const [first, second, third] = rows
    const filters: ChunkFilter[] = [
      { repositories: [first?.repository ?? ''] },
      { repositories: [first?.repository ?? '', second?.repository ?? ''] },
      { repositories: [freshRepository()] },
      { languages: ['python'] },
      { languages: ['python', 'go', 'cobol'] },
      { languages: ['cobol'] },
      { symbolKinds: ['class'] },
      { symbolKinds: ['class', 'section', 'macro'] },
      { symbolKinds: ['macro'] },
      { versions: [third?.version ?? ''] },
      { versions: [first?.version ?? '', third?.version ?? '', freshVersion()] },
      { versions: [freshVersion()] },
      {},
    ]
    for (const filter of filters) {
      await findsNearest(store, space, { vector: seededVector(8, 501), limit: 100, filter }, rows)
    }
  },

  'filters narrow together': async (store) => {
    const space = freshSpace(8)
    const rows = variedRows(150, 8)
    await store.upsert(space, rows)
    const [row] = rows
    const all = {
      repositories: [row?.repository ?? ''],
      languages: ['typescript', 'python'],
      symbolKinds: ['function', 'class'],
      versions: rows.slice(0, 6).map(({ version }) => version),
    } as const
    const { repositories, languages: both, symbolKinds, versions } = all
    const filters: ChunkFilter[] = [
      { repositories, languages: both },
      { repositories, symbolKinds },
      { languages: both, versions },
      { symbolKinds, versions },
      { repositories, languages: both, symbolKinds },
      all,
      { ...all, languages: ['cobol'] },
    ]
    for (const filter of filters) {
      await findsNearest(store, space, { vector: seededVector(8, 502), limit: 100, filter }, rows)
    }
  },

  'an empty filter list lets nothing through': async (store) => {
    const space = freshSpace()
    await store.upsert(space, [vectorRow({ vector: unit(1, 0, 0, 0) })])
    for (const filter of [
      { repositories: [] },
      { languages: [] },
      { symbolKinds: [] },
      { versions: [] },
    ]) {
      const hits = await store.query(space, unit(1, 0, 0, 0), { limit: 5, filter })
      assert.deepEqual(hits, [], JSON.stringify(filter))
    }
  },

  'the limit counts rows that pass the filter, however many nearer ones do not': async (store) => {
    const space = freshSpace()
    const repository = freshRepository()
    const nearer = vectorRows(600, { repository, vector: unit(1, 0, 0, 0), language: 'go' })
    const wanted = vectorRows(3, { repository, vector: unit(-1, 0.1, 0, 0), language: 'python' })
    for (let from = 0; from < nearer.length; from += store.maxBatch) {
      await store.upsert(space, nearer.slice(from, from + store.maxBatch))
    }
    await store.upsert(space, wanted)
    const filter = { languages: ['python'] }
    const hits = await store.query(space, unit(1, 0, 0, 0), { limit: 3, filter })
    assert.deepEqual(
      hits.map((hit) => hit.id),
      sorted(wanted.map((row) => row.id)),
    )
  },

  'a filter may name the versions of 20,000 files, as a path glob does': async (store) => {
    const space = freshSpace()
    const rows = variedRows(40, 4)
    await store.upsert(space, rows)
    const known = rows.slice(0, 5).map((row) => row.version)
    const versions = [...Array.from({ length: 20_000 }, freshVersion), ...known]
    const query = { vector: seededVector(4, 9), limit: 50, filter: { versions } }
    await findsNearest(store, space, query, rows)
  },

  'spaces are kept apart, also for rows of the same id': async (store) => {
    const [left, right] = [freshSpace(4), freshSpace(4)]
    const row = vectorRow({ vector: unit(1, 0, 0, 0) })
    const { repository } = row
    const same = { ...row, vector: unit(0, 1, 0, 0) }
    const more = vectorRow({ vector: unit(0, 0, 1, 0), repository })
    await store.upsert(left, [row])
    await store.upsert(right, [same, more])
    await findsNearest(store, left, { vector: unit(1, 1, 0, 0), limit: 9 }, [row])
    await findsNearest(store, right, { vector: unit(1, 1, 0, 0), limit: 9 }, [same, more])
    assert.equal(await store.count(left, { repository }), 1)
    assert.equal(await store.count(right, { repository }), 2)
    assert.deepEqual(await store.ids(left, { repository, limit: 9 }), [row.id])
    assert.equal(await store.delete(left, [row.id, more.id]), 1)
    await findsNearest(store, left, { vector: unit(1, 1, 0, 0), limit: 9 }, [])
    await findsNearest(store, right, { vector: unit(1, 1, 0, 0), limit: 9 }, [same, more])
  },
})
