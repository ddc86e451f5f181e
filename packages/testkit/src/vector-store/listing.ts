import assert from 'node:assert/strict'
import type { VectorStore } from '@cairn/core'
import { type Behaviour, behaviours } from '../conformance-case.ts'
import { allPages, sorted } from '../expectations.ts'
import { freshRepository, freshVersion } from '../fresh-names.ts'
import { sameVector, unit } from '../vectors.ts'
import { freshSpace, vectorRow, vectorRows } from './vector-rows.ts'

/** What `get`, `ids`, `count` and `spaces` promise. */
export const listing: readonly Behaviour<VectorStore>[] = behaviours<VectorStore>('listing', {
  'vectors are read in the order asked, null for what is not there': async (store) => {
    const space = freshSpace()
    const rows = vectorRows(3, { repository: freshRepository() })
    await store.upsert(space, rows)
    const [first, second, third] = rows
    if (!first || !second || !third) throw new Error('three rows were made')
    const unknown = `${freshVersion()}:0`
    const read = await store.get(space, [third.id, unknown, first.id, second.id, third.id])
    assert.equal(read.length, 5)
    assert.equal(read[1], null)
    sameVector(read[0], third.vector)
    sameVector(read[2], first.vector)
    sameVector(read[3], second.vector)
    sameVector(read[4], third.vector)
  },

  'reading no ids gives nothing, and a space that was never written to gives null': async (
    store,
  ) => {
    assert.deepEqual(await store.get(freshSpace(), []), [])
    const ids = [`${freshVersion()}:0`, `${freshVersion()}:1`]
    assert.deepEqual(await store.get(freshSpace(), ids), [null, null])
  },

  'ids come in ascending order, page by page, each once': async (store) => {
    const space = freshSpace()
    const [repository, other] = [freshRepository(), freshRepository()]
    const rows = [...vectorRows(23, { repository }), ...vectorRows(14, { repository })]
    await store.upsert(space, [...rows].reverse())
    await store.upsert(space, vectorRows(5, { repository: other }))
    const expected = sorted(rows.map((row) => row.id))
    for (const limit of [1, 10, 37, 100]) {
      const ids = await allPages(
        limit,
        (after) =>
          store.ids(
            space,
            after === undefined ? { repository, limit } : { repository, limit, after },
          ),
        (id) => id,
      )
      assert.deepEqual(ids, expected, `pages of ${limit}`)
    }
    assert.equal((await store.ids(space, { repository, limit: 10 })).length, 10, 'a full page')
  },

  'a page may begin after an id that is not there': async (store) => {
    const space = freshSpace()
    const repository = freshRepository()
    const rows = vectorRows(9, { repository })
    const ids = sorted(rows.map((row) => row.id))
    await store.upsert(space, rows)
    await store.delete(space, ids.slice(3, 5))
    const page = (after: string) => store.ids(space, { repository, after, limit: 2 })
    assert.deepEqual(await page(ids[3] ?? ''), ids.slice(5, 7))
    assert.deepEqual(await page(ids[8] ?? ''), [])
  },

  'rows are summed up by version, where a store does that, as its ids say': async (store) => {
    if (!store.versions) return
    const space = freshSpace()
    const [repository, other] = [freshRepository(), freshRepository()]
    const written = [7, 1, 12].flatMap((count) => vectorRows(count, { repository }))
    await store.upsert(space, [...written, ...vectorRows(3, { repository: other })])
    // Of the second row, which is all that its version has.
    await store.delete(
      space,
      written.slice(7, 8).map(({ id }) => id),
    )
    const [first] = written
    await store.delete(space, first ? [first.id] : [])
    const expected = sorted([...new Set(written.map(({ version }) => version))]).flatMap(
      (version) => {
        const rows = written.filter((row) => row.version === version && row !== first).length
        const lastOrdinal = version === first?.version ? 6 : 11
        return rows === 1 ? [] : [{ version, rows, lastOrdinal }]
      },
    )
    for (const limit of [1, 2, 10]) {
      const sums = await allPages(
        limit,
        async (after) => {
          const range = { repository, limit, ...(after === undefined ? {} : { after }) }
          return (await store.versions?.(space, range)) ?? []
        },
        ({ version }) => version,
      )
      assert.deepEqual(sums, expected, `pages of ${limit}`)
    }
    assert.deepEqual(await store.versions(freshSpace(), { repository, limit: 5 }), [])
  },

  'an unknown repository has no ids and no rows': async (store) => {
    const space = freshSpace()
    await store.upsert(space, [vectorRow({ vector: unit(1, 0, 0, 0) })])
    const repository = freshRepository()
    assert.deepEqual(await store.ids(space, { repository, limit: 5 }), [])
    assert.equal(await store.count(space, { repository }), 0)
    assert.deepEqual(await store.ids(freshSpace(), { repository, limit: 5 }), [])
    assert.equal(await store.count(freshSpace(), { repository }), 0)
  },

  'the spaces that hold a row are listed with their dimensions, and no others': async (store) => {
    const [kept, emptied] = [freshSpace(4), freshSpace(6)]
    const row = vectorRow({ vector: unit(1, 0, 0, 0, 0, 0) })
    const removed = vectorRow({ vector: unit(0, 1, 0, 0, 0, 0) })
    const listed = async () =>
      (await store.spaces())
        .filter(({ fingerprint }) => [kept.fingerprint, emptied.fingerprint].includes(fingerprint))
        .map(({ fingerprint, dimensions }) => `${fingerprint} ${dimensions}`)
    const name = (space: typeof kept) => `${space.fingerprint} ${space.dimensions}`
    await store.upsert(kept, [vectorRow({ vector: unit(1, 0, 0, 0) })])
    await store.upsert(emptied, [row, removed])
    assert.deepEqual(sorted(await listed()), sorted([name(kept), name(emptied)]))
    await store.delete(emptied, [row.id])
    assert.equal((await listed()).length, 2)
    await store.removeRepository(removed.repository)
    assert.deepEqual(await listed(), [name(kept)])
  },
})
