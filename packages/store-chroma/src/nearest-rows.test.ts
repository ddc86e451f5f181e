import { describeWithServer } from '@cairn/servers/vitest'
import { expect, test } from 'vitest'
import { chroma } from './chroma.ts'
import { freshSpace, rowsOf } from './rows.test-support.ts'

describeWithServer('chroma', 'the nearest of few rows among many that are alike', (server) => {
  test('are found, though the graph of neighbours does not lead to them', async () => {
    const store = chroma({ url: server().url })
    const space = freshSpace()
    const query = Float32Array.of(1, 0)
    await store.upsert(
      space,
      rowsOf('alike', 2_000).map((row) => ({ ...row, vector: query })),
    )
    const few = rowsOf('few', 3).map((row, index) => ({
      ...row,
      vector: Float32Array.of(-1, 0.1 + index),
    }))
    // One by one: those of one request are each other's neighbours.
    for (const row of few) await store.upsert(space, [row])

    const filter = { repositories: ['few'] }
    const hits = await store.query(space, query, { limit: 3, filter })

    expect(hits.map(({ id }) => id)).toEqual(few.map(({ id }) => id).reverse())
    expect(hits.map(({ distance }) => distance)).toEqual([
      expect.closeTo(1 + 1 / Math.hypot(1, 2.1), 5),
      expect.closeTo(1 + 1 / Math.hypot(1, 1.1), 5),
      expect.closeTo(1 + 1 / Math.hypot(1, 0.1), 5),
    ])
    const nearest = await store.query(space, query, { limit: 1, filter })
    expect(nearest.map(({ id }) => id)).toEqual(few.slice(2).map(({ id }) => id))
    await store.close()
  })
})
