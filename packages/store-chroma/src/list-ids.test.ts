import { describeWithServer } from '@cairn/servers/vitest'
import { expect, test } from 'vitest'
import { chroma } from './chroma.ts'
import { freshSpace, rowsOf } from './rows.test-support.ts'

describeWithServer('chroma', 'the ids of a repository', (server) => {
  test.each([
    ['of many files', 1],
    ['of files of many chunks', 700],
    ['of one file that is more than a page', 5_000],
  ])('%s come in order, each once, whatever the page', async (_, perFile) => {
    const store = chroma({ url: server().url })
    const space = freshSpace()
    const rows = [...rowsOf('large', 5_000, perFile), ...rowsOf('small', 30)]
    for (let start = 0; start < rows.length; start += store.maxBatch) {
      await store.upsert(space, rows.slice(start, start + store.maxBatch))
    }
    for (const repository of ['large', 'small']) {
      const expected = rows.filter((row) => row.repository === repository).map(({ id }) => id)
      for (const limit of [900, 6_000]) {
        const found: string[] = []
        for (;;) {
          const after = found.at(-1)
          const page = await store.ids(space, {
            repository,
            limit,
            ...(after === undefined ? {} : { after }),
          })
          found.push(...page)
          if (page.length < limit) break
        }
        expect(found).toEqual(expected.sort())
      }
      expect(await store.count(space, { repository })).toBe(expected.length)
    }
    expect(await store.removeRepository('large')).toBe(5_000)
    expect(await store.ids(space, { repository: 'large', limit: 10 })).toEqual([])
    expect(await store.count(space, { repository: 'small' })).toBe(30)
  })
})
