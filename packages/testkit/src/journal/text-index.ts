import assert from 'node:assert/strict'
import type { ChunkFilter, Journal } from '@cairn/core'
import { type Behaviour, behaviours } from '../conformance-case.ts'
import { rejectsWhenAborted, sorted } from '../expectations.ts'
import { freshRepository, freshVersion } from '../fresh-names.ts'
import type { OpenedJournal } from './journal-subject.ts'
import { commitParsed, ledgerRepository } from './ledger-rows.ts'
import { chunk, parsedFile, richFile } from './parsed-files.ts'

/** A word that stands in no other case. */
function freshWord(): string {
  return `word${freshVersion()}`
}

async function found(
  { text }: Journal,
  words: readonly string[],
  filter?: ChunkFilter,
  limit = 50,
): Promise<string[]> {
  const hits = await text.search(words, filter ? { limit, filter } : { limit })
  assert.equal(new Set(hits.map(({ id }) => id)).size, hits.length, 'a hit came twice')
  for (const [index, { score }] of hits.entries()) {
    assert.ok(Number.isFinite(score) && score <= (hits[index - 1]?.score ?? Infinity), 'best first')
  }
  return hits.map(({ id }) => id)
}

/** What `text` promises. */
export const textIndex: readonly Behaviour<OpenedJournal>[] = behaviours<OpenedJournal>('text', {
  'a chunk is found by any of its words once its file is live': async ({ store }) => {
    const [word, other] = [freshWord(), freshWord()]
    const parsed = parsedFile([
      chunk(0, `alpha ${word}`),
      chunk(1, `${other} beta`),
      chunk(2, 'gamma'),
    ])
    const [version] = await commitParsed(store, ledgerRepository(), [{ path: 'a.ts', parsed }])
    assert.deepEqual(await found(store, [word]), [`${version}:0`])
    assert.deepEqual(sorted(await found(store, [other, word])), [`${version}:0`, `${version}:1`])
    assert.deepEqual(await found(store, [other, freshWord()]), [`${version}:1`])
    assert.deepEqual(await found(store, [freshWord()]), [])
    assert.deepEqual(await found(store, []), [])
  },

  'words are matched whole, in any script, and are never taken for a query language': async ({
    store,
  }) => {
    const word = freshWord()
    const words = ['größe', '日本語', 'имя', 'and', 'or', 'not', 'near', 'naïve', '_private', '𝒳']
    const marked = words.map((each) => `${word}${each}`)
    const parsed = parsedFile(marked.map((each, index) => chunk(index, `${each} rest`)))
    const [version] = await commitParsed(store, ledgerRepository(), [{ path: 'a.ts', parsed }])
    for (const [index, each] of marked.entries()) {
      assert.deepEqual(await found(store, [each]), [`${version}:${index}`], each)
    }
    assert.deepEqual(await found(store, [word]), [])
    const odd = [
      '"',
      '*',
      `${word}*`,
      'NEAR(',
      'a OR b',
      '-x',
      'terms:x',
      "it's",
      '(',
      '\\',
      'AND',
      '%',
    ]
    for (const each of odd)
      assert.deepEqual(await found(store, [freshWord(), each], { versions: [] }), [])
    for (const each of odd) await found(store, [each])
  },

  'chunks with more of the words, and with rarer ones, come first': async ({ store }) => {
    const [rare, common, filler] = [freshWord(), freshWord(), freshWord()]
    const texts = [
      `${common} ${filler}`,
      `${common} ${filler}`,
      `${rare} ${filler}`,
      `${rare} ${common}`,
      `${common} ${filler}`,
    ]
    const chunks = [
      ...texts.map((text, index) => chunk(index, text)),
      ...Array.from({ length: 20 }, (_, index) =>
        chunk(texts.length + index, `${filler} unrelated`),
      ),
    ]
    const parsed = parsedFile(chunks)
    const [version] = await commitParsed(store, ledgerRepository(), [{ path: 'a.ts', parsed }])
    const ids = await found(store, [common, rare])
    assert.deepEqual(ids.slice(0, 2), [`${version}:3`, `${version}:2`])
    assert.deepEqual(
      sorted(ids.slice(2)),
      [0, 1, 4].map((ordinal) => `${version}:${ordinal}`),
    )
    assert.deepEqual(await found(store, [common, rare], undefined, 2), ids.slice(0, 2))
  },

  'a search is narrowed by each filter alone and together': async ({ store }) => {
    const word = freshWord()
    const [left, right] = [
      ledgerRepository(),
      ledgerRepository({ name: `"o'dd" 😀\n${freshRepository()}` }),
    ]
    const kinds = ['class', 'function', null] as const
    const parsed = (language: string) =>
      parsedFile(
        kinds.map((symbolKind, ordinal) => chunk(ordinal, `${word} ${ordinal}`, { symbolKind })),
        { language },
      )
    const [leftTs, leftGo] = await commitParsed(store, left, [
      { path: 'a.ts', parsed: parsed('typescript') },
      { path: 'b.go', parsed: parsed('go') },
    ])
    const [rightGo] = await commitParsed(store, right, [{ path: 'b.go', parsed: parsed('go') }])
    const all = (versions: readonly (string | undefined)[], ordinals = [0, 1, 2]) =>
      sorted(versions.flatMap((version) => ordinals.map((ordinal) => `${version}:${ordinal}`)))
    const narrowed = async (filter: ChunkFilter) => sorted(await found(store, [word], filter))
    const cases: [ChunkFilter, string[]][] = [
      [{}, all([leftTs, leftGo, rightGo])],
      [{ repositories: [left.name] }, all([leftTs, leftGo])],
      [{ repositories: [right.name, freshRepository()] }, all([rightGo])],
      [{ languages: ['go'] }, all([leftGo, rightGo])],
      [{ languages: ['go', 'typescript'] }, all([leftTs, leftGo, rightGo])],
      [{ symbolKinds: ['class'] }, all([leftTs, leftGo, rightGo], [0])],
      [{ symbolKinds: ['class', 'function'] }, all([leftTs, leftGo, rightGo], [0, 1])],
      [{ versions: [leftGo ?? ''] }, all([leftGo])],
      [{ repositories: [left.name], languages: ['go'] }, all([leftGo])],
      [{ languages: ['go'], symbolKinds: ['function'] }, all([leftGo, rightGo], [1])],
      [{ repositories: [right.name], languages: ['typescript'] }, []],
      [{ repositories: [] }, []],
      [{ languages: [] }, []],
      [{ symbolKinds: [] }, []],
      [{ versions: [] }, []],
    ]
    for (const [filter, expected] of cases) {
      assert.deepEqual(await narrowed(filter), expected, JSON.stringify(filter))
    }
  },

  'the limit counts chunks that pass the filter and are live, however many better ones do not':
    async ({ store }) => {
      const word = freshWord()
      const better = parsedFile(
        Array.from({ length: 700 }, (_, index) => chunk(index, `${word} ${word} ${word}`)),
      )
      const worse = parsedFile([chunk(0, `${word} and much else that makes it a worse hit`)], {
        language: 'python',
      })
      const repository = ledgerRepository()
      const [, kept] = await commitParsed(store, repository, [
        { path: 'a.ts', parsed: better },
        { path: 'b.py', parsed: worse },
      ])
      assert.deepEqual(await found(store, [word], { languages: ['python'] }, 1), [`${kept}:0`])
      await commitParsed(store, repository, [{ path: 'a.ts', parsed: parsedFile([]) }])
      assert.deepEqual(await found(store, [word], undefined, 1), [`${kept}:0`])
    },

  'only live chunks are found and read': async ({ store }) => {
    const word = freshWord()
    const repository = ledgerRepository()
    const parsed = parsedFile([chunk(0, word)])
    const staged = freshVersion()
    await store.spool.write(repository.name, [{ version: staged, path: 'a.ts', parsed }])
    assert.deepEqual(await found(store, [word]), [])
    assert.deepEqual(await store.text.chunks([`${staged}:0`]), [null])
    const [first] = await commitParsed(store, repository, [{ path: 'a.ts', parsed }])
    assert.deepEqual(await found(store, [word]), [`${first}:0`])
    const [second] = await commitParsed(store, repository, [{ path: 'a.ts', parsed }])
    assert.deepEqual(await found(store, [word]), [`${second}:0`])
    const read = await store.text.chunks([`${first}:0`, `${second}:0`])
    assert.deepEqual(
      read.map((each) => each?.version),
      [undefined, second],
    )
    await store.ledger.remove(repository.name)
    assert.deepEqual(await found(store, [word]), [])
    assert.deepEqual(await store.text.chunks([`${second}:0`]), [null])
  },

  'chunks are read whole, in the order asked, null for what is no chunk': async ({ store }) => {
    const repository = ledgerRepository()
    const path = 'src/new\nline "q" 😀.ts'
    const parsed = richFile()
    const [version] = await commitParsed(store, repository, [{ path, parsed }])
    const expected = parsed.chunks.map(({ terms: _, ...rest }) => ({
      ...rest,
      id: `${version}:${rest.ordinal}`,
      repository: repository.name,
      version,
      path,
      language: parsed.language,
    }))
    const ids = [
      `${version}:2`,
      `${version}:3`,
      `${version}:0`,
      `${freshVersion()}:0`,
      `${version}:1`,
      'no id',
      `${version}:2`,
    ]
    const [first, second, third] = expected
    const read = await store.text.chunks(ids)
    assert.deepEqual(read, [third, null, first, null, second, null, third])
    assert.deepEqual(await store.text.chunks([]), [])
  },

  'live chunks whose words were lost are told, until they are restored': async ({
    store,
    loseWords,
  }) => {
    const word = freshWord()
    const repository = ledgerRepository()
    const parsed = parsedFile([0, 1, 2].map((ordinal) => chunk(ordinal, `${word} ${ordinal}`)))
    const [whole, lost] = await commitParsed(store, repository, [
      { path: 'a.ts', parsed },
      { path: 'b.ts', parsed },
    ])
    const unindexed = async (limit = 99) =>
      sorted(await store.text.unindexed(repository.name, limit))
    assert.deepEqual(await unindexed(), [])
    await loseWords(lost ?? '')
    assert.equal((await found(store, [word])).length, 3)
    assert.deepEqual(
      await unindexed(),
      [0, 1, 2].map((ordinal) => `${lost}:${ordinal}`),
    )
    assert.equal((await unindexed(2)).length, 2)
    assert.deepEqual(await store.text.unindexed(freshRepository(), 9), [])
    for (let time = 0; time < 2; time++) {
      await store.text.restore([lost ?? '', whole ?? ''])
      assert.deepEqual(await unindexed(), [])
      assert.equal((await found(store, [word])).length, 6)
    }
  },

  'restoring nothing, or an unknown version, is no error': async ({ store }) => {
    await store.text.restore([])
    await store.text.restore([freshVersion()])
  },

  'a search whose signal was aborted rejects': async ({ store }) => {
    await rejectsWhenAborted({
      search: (signal) => store.text.search(['word'], { limit: 1, signal }),
    })
  },
})
