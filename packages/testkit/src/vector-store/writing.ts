import assert from 'node:assert/strict'
import type { VectorStore } from '@cairn/core'
import { type Behaviour, behaviours } from '../conformance-case.ts'
import { rejectsWhenAborted, rejectsWithStoreError, sorted } from '../expectations.ts'
import { freshRepository, freshVersion } from '../fresh-names.ts'
import { oddNames } from '../odd-text.ts'
import { sameVector, seededVector, unit } from '../vectors.ts'
import { freshSpace, vectorRow, vectorRows } from './vector-rows.ts'

/** What `upsert`, `delete` and `removeRepository` promise. */
export const writing: readonly Behaviour<VectorStore>[] = behaviours<VectorStore>('writing', {
  'a row that was written is read back': async (store) => {
    const space = freshSpace(7)
    const row = vectorRow({ vector: seededVector(7, 1) })
    await store.upsert(space, [row])
    const [vector] = await store.get(space, [row.id])
    sameVector(vector, row.vector)
  },

  'a row that is written twice is there once': async (store) => {
    const space = freshSpace()
    const repository = freshRepository()
    const rows = vectorRows(5, { repository })
    await store.upsert(space, rows)
    await store.upsert(space, rows)
    assert.equal(await store.count(space, { repository }), 5)
    assert.equal((await store.query(space, unit(1, 2, 3, 4), { limit: 50 })).length, 5)
    const ids = await store.ids(space, { repository, limit: 50 })
    assert.deepEqual(ids, sorted(rows.map((row) => row.id)))
  },

  'a row that stands twice in one call is there once': async (store) => {
    const space = freshSpace()
    const row = vectorRow({ vector: unit(1, 0, 0, 0) })
    await store.upsert(space, [row, { ...row }])
    assert.equal(await store.count(space, { repository: row.repository }), 1)
    assert.equal((await store.query(space, row.vector, { limit: 10 })).length, 1)
  },

  'a row that is written again takes the place of the former, so that a damaged one can be repaired':
    async (store) => {
      const space = freshSpace()
      const former = vectorRow({ vector: unit(1, 0, 0, 0), language: 'text', symbolKind: null })
      const repaired = {
        ...former,
        vector: unit(0, 1, 0, 0),
        language: 'python',
        symbolKind: 'class' as const,
      }
      await store.upsert(space, [former])
      await store.upsert(space, [repaired])
      sameVector((await store.get(space, [former.id]))[0], repaired.vector)
      const query = (languages: string[]) =>
        store.query(space, repaired.vector, { limit: 5, filter: { languages } })
      assert.deepEqual(await query(['text']), [])
      const [hit, ...others] = await query(['python'])
      assert.deepEqual([hit?.id, others], [former.id, []])
      assert.ok(Math.abs(hit?.distance ?? Number.NaN) < 1e-4)
    },

  'an empty write is no error and makes no space': async (store) => {
    const space = freshSpace()
    await store.upsert(space, [])
    const fingerprints = (await store.spaces()).map(({ fingerprint }) => fingerprint)
    assert.ok(!fingerprints.includes(space.fingerprint))
  },

  'exactly maxBatch rows are written, read and deleted in one call': async (store) => {
    const space = freshSpace(2)
    const repository = freshRepository()
    const rows = vectorRows(store.maxBatch, { repository }, 2)
    const ids = rows.map((row) => row.id)
    await store.upsert(space, rows)
    assert.equal(await store.count(space, { repository }), rows.length)
    const read = await store.get(space, ids)
    assert.equal(read.filter((vector) => vector !== null).length, rows.length)
    assert.equal(await store.delete(space, ids), rows.length)
    assert.equal(await store.count(space, { repository }), 0)
  },

  'the vectors that were given stay the caller’s': async (store) => {
    const space = freshSpace(3)
    const shared = Float32Array.from([9, 9, ...unit(1, 2, 3), 9, 9, ...unit(-3, 2, 1), 9])
    const version = freshVersion()
    const first = vectorRow({ version, id: `${version}:0`, vector: shared.subarray(2, 5) })
    const second = vectorRow({ version, id: `${version}:1`, vector: shared.subarray(7, 10) })
    await store.upsert(space, [first, second])
    assert.equal(shared.length, 11, 'the caller’s buffer was taken away')
    shared.fill(0)
    const [one, two] = await store.get(space, [first.id, second.id])
    sameVector(one, unit(1, 2, 3))
    sameVector(two, unit(-3, 2, 1))
  },

  'a vector of another length than the space’s is refused and not stored': async (store) => {
    const space = freshSpace(4)
    const good = vectorRow({ vector: unit(1, 2, 3, 4) })
    const bad = vectorRow({ vector: unit(1, 2, 3), repository: good.repository })
    await store.upsert(space, [good])
    await rejectsWithStoreError(store.upsert(space, [bad]))
    assert.deepEqual(await store.get(space, [bad.id]), [null])
    assert.equal(await store.count(space, { repository: good.repository }), 1)
  },

  'any name of a repository, path or language is kept apart from every other': async (store) => {
    const space = freshSpace()
    const scope = freshRepository()
    const rows = oddNames.map((name, index) =>
      vectorRow({
        vector: seededVector(4, index),
        repository: `${scope} ${name}`,
        path: name,
        language: name,
      }),
    )
    await store.upsert(space, rows)
    for (const row of rows) {
      const { repository } = row
      assert.equal(await store.count(space, { repository }), 1, JSON.stringify(repository))
      assert.deepEqual(await store.ids(space, { repository, limit: 9 }), [row.id])
      for (const filter of [{ repositories: [repository] }, { languages: [row.language] }]) {
        const hits = await store.query(space, row.vector, { limit: 99, filter })
        assert.deepEqual(
          hits.map((hit) => hit.id),
          [row.id],
          JSON.stringify(filter),
        )
      }
    }
    for (const { repository } of rows) assert.equal(await store.removeRepository(repository), 1)
  },

  'deleting says how many rows there were, and unknown ids are no error': async (store) => {
    const space = freshSpace()
    const repository = freshRepository()
    const rows = vectorRows(4, { repository })
    const ids = rows.map((row) => row.id)
    await store.upsert(space, rows)
    const unknown = `${freshVersion()}:0`
    assert.equal(await store.delete(space, [ids[0] ?? '', unknown, ids[2] ?? '']), 2)
    assert.deepEqual(
      await store.ids(space, { repository, limit: 9 }),
      sorted([ids[1] ?? '', ids[3] ?? '']),
    )
    assert.equal(await store.delete(space, [ids[0] ?? '', unknown]), 0)
    assert.deepEqual(
      (await store.get(space, ids)).map((vector) => vector !== null),
      [false, true, false, true],
    )
    const found = await store.query(space, unit(1, 1, 1, 1), { limit: 9 })
    assert.deepEqual(sorted(found.map((hit) => hit.id)), sorted([ids[1] ?? '', ids[3] ?? '']))
  },

  'deleting nothing, or from a space that was never written to, deletes nothing': async (store) => {
    assert.equal(await store.delete(freshSpace(), []), 0)
    assert.equal(await store.delete(freshSpace(), [`${freshVersion()}:0`]), 0)
  },

  'a row that was deleted can be written again': async (store) => {
    const space = freshSpace()
    const row = vectorRow({ vector: unit(1, 0, 0, 0) })
    await store.upsert(space, [row])
    await store.delete(space, [row.id])
    await store.upsert(space, [row])
    sameVector((await store.get(space, [row.id]))[0], row.vector)
    assert.equal(await store.count(space, { repository: row.repository }), 1)
  },

  'removing a repository takes its rows from every space and no others': async (store) => {
    const spaces = [freshSpace(4), freshSpace(4), freshSpace(6)]
    const [gone, kept] = [freshRepository(), freshRepository()]
    for (const space of spaces) {
      await store.upsert(space, vectorRows(3, { repository: gone }, space.dimensions))
      await store.upsert(space, vectorRows(2, { repository: kept }, space.dimensions))
    }
    assert.equal(await store.removeRepository(gone), 9)
    for (const space of spaces) {
      assert.equal(await store.count(space, { repository: gone }), 0)
      assert.deepEqual(await store.ids(space, { repository: gone, limit: 9 }), [])
      assert.equal(await store.count(space, { repository: kept }), 2)
      const hits = await store.query(space, seededVector(space.dimensions, 0), { limit: 99 })
      assert.equal(hits.length, 2)
    }
    assert.equal(await store.removeRepository(gone), 0)
    assert.equal(await store.removeRepository(freshRepository()), 0)
  },

  'a call whose signal was aborted rejects, and writes and deletes nothing': async (store) => {
    const space = freshSpace()
    const row = vectorRow({ vector: unit(1, 0, 0, 0) })
    const other = vectorRow({ vector: unit(0, 1, 0, 0), repository: row.repository })
    const { repository } = row
    await store.upsert(space, [row])
    await rejectsWhenAborted({
      upsert: (signal) => store.upsert(space, [other], { signal }),
      delete: (signal) => store.delete(space, [row.id], { signal }),
      query: (signal) => store.query(space, row.vector, { limit: 1, signal }),
      get: (signal) => store.get(space, [row.id], { signal }),
      ids: (signal) => store.ids(space, { repository, limit: 1, signal }),
      count: (signal) => store.count(space, { repository, signal }),
      spaces: (signal) => store.spaces({ signal }),
      removeRepository: (signal) => store.removeRepository(repository, { signal }),
    })
    assert.deepEqual(await store.ids(space, { repository, limit: 9 }), [row.id])
  },

  'calls that run at the same time do not disturb each other': async (store) => {
    const space = freshSpace()
    const repositories = Array.from({ length: 8 }, freshRepository)
    await Promise.all(
      repositories.map(async (repository, index) => {
        const rows = vectorRows(20 + index, { repository })
        await store.upsert(space, rows)
        await store.delete(
          space,
          rows.slice(0, 5).map((row) => row.id),
        )
      }),
    )
    const counts = await Promise.all(
      repositories.map((repository) => store.count(space, { repository })),
    )
    assert.deepEqual(
      counts,
      repositories.map((_, index) => 15 + index),
    )
  },
})
