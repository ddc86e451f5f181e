import assert from 'node:assert/strict'
import type { Journal, MissingText, ParsedFile } from '@cairn/core'
import { type Behaviour, behaviours } from '../conformance-case.ts'
import { allPages } from '../expectations.ts'
import { freshFingerprint, freshRepository, freshTaskId, freshVersion } from '../fresh-names.ts'
import type { OpenedJournal } from './journal-subject.ts'
import { fileToIndex } from './ledger-rows.ts'
import { chunk, parsedFile, textHash } from './parsed-files.ts'

const long = 'much longer '.repeat(50)
const middle = 'of middling length, with "quotes", \n new lines and 𝒳😀'

/** Plans and spools files; `unplanned` are spooled, or planned otherwise, and must not count. */
async function spoolFiles(
  journal: Journal,
  files: Readonly<Record<string, ParsedFile>>,
): Promise<string> {
  const [repository, runId] = [freshRepository(), freshTaskId()]
  const written = Object.entries(files).map(([path, parsed]) => ({
    path,
    parsed,
    version: freshVersion(),
  }))
  await journal.plans.begin({ repository, runId })
  await journal.plans.add(runId, [
    ...written.map(({ path, version }) =>
      path.startsWith('unchanged')
        ? { ...fileToIndex({ path, version }), action: 'unchanged' as const }
        : fileToIndex({ path, version }),
    ),
    fileToIndex({ path: 'planned but not spooled.ts' }),
  ])
  await journal.spool.write(repository, written)
  const unplanned = {
    path: 'u.ts',
    version: freshVersion(),
    parsed: parsedFile([chunk(0, 'unplanned')]),
  }
  await journal.spool.write(repository, [unplanned])
  return runId
}

const files = {
  'a.ts': parsedFile([chunk(0, 'short'), chunk(1, long), chunk(2, middle)]),
  'b.ts': parsedFile([chunk(0, 'short'), chunk(1, 'short'), chunk(2, middle, { context: 'in b' })]),
  'empty.ts': parsedFile([]),
  'unchanged.ts': parsedFile([chunk(0, 'unchanged')]),
}

/** Every page of the missing texts; `seen` is called after each page. */
function missing(
  journal: Journal,
  runId: string,
  fingerprint: string,
  limit: number,
): Promise<MissingText[]> {
  return allPages(
    limit,
    (after) =>
      journal.spool.missingTexts(
        runId,
        fingerprint,
        after === undefined ? { limit } : { limit, after },
      ),
    ({ cursor }) => cursor,
  )
}

const put = (journal: Journal, fingerprint: string, hashes: readonly string[]) =>
  journal.cache.put(
    fingerprint,
    hashes.map((hash) => ({ textHash: hash, vector: Float32Array.of(0.6, 0.8) })),
  )

/** What `spool.totals` and `spool.missingTexts` promise. */
export const textsToEmbed: readonly Behaviour<OpenedJournal>[] = behaviours<OpenedJournal>(
  'texts to embed',
  {
    'each distinct text of the files to index comes once, shortest first, with how many have it':
      async ({ store }) => {
        const runId = await spoolFiles(store, files)
        for (const limit of [1, 3, 99]) {
          const texts = await missing(store, runId, freshFingerprint(), limit)
          assert.deepEqual(
            texts.map(({ textHash: hash, input, chunks }) => ({ hash, input, chunks })),
            [
              { hash: textHash('short'), input: 'short', chunks: 3 },
              { hash: textHash(middle), input: middle, chunks: 1 },
              { hash: textHash(middle, 'in b'), input: `in b\n${middle}`, chunks: 1 },
              { hash: textHash(long), input: long, chunks: 1 },
            ],
            `pages of ${limit}`,
          )
          assert.ok(['a.ts', 'b.ts'].includes(texts[0]?.path ?? ''))
          assert.deepEqual(
            texts.slice(1).map(({ path }) => path),
            ['a.ts', 'b.ts', 'a.ts'],
          )
        }
      },

    'texts of the same length are all there, page by page': async ({ store }) => {
      const chunks = Array.from({ length: 40 }, (_, index) => chunk(index, `text ${index + 10}`))
      const runId = await spoolFiles(store, { 'a.ts': parsedFile(chunks) })
      for (const limit of [7, 40]) {
        const texts = await missing(store, runId, freshFingerprint(), limit)
        const hashes = texts.map((text) => text.textHash)
        assert.deepEqual(new Set(hashes), new Set(chunks.map((each) => each.textHash)))
        assert.equal(hashes.length, 40)
      }
    },

    'a text that the cache has for the embedder is not missing': async ({ store }) => {
      const runId = await spoolFiles(store, files)
      const fingerprint = freshFingerprint()
      await put(store, fingerprint, [textHash('short'), textHash(middle, 'in b')])
      const texts = await missing(store, runId, fingerprint, 9)
      assert.deepEqual(
        texts.map(({ input }) => input),
        [middle, long],
      )
      assert.equal((await missing(store, runId, freshFingerprint(), 9)).length, 4)
    },

    'paging goes on rightly while the cache is being filled': async ({ store }) => {
      const chunks = Array.from({ length: 30 }, (_, index) => chunk(index, 'x'.repeat(index + 1)))
      const runId = await spoolFiles(store, { 'a.ts': parsedFile(chunks) })
      const fingerprint = freshFingerprint()
      const seen: string[] = []
      for (let after: string | undefined; ; ) {
        const range = after === undefined ? { limit: 4 } : { limit: 4, after }
        const page = await store.spool.missingTexts(runId, fingerprint, range)
        const last = page.at(-1)
        if (!last) break
        after = last.cursor
        seen.push(...page.map(({ input }) => input))
        await put(
          store,
          fingerprint,
          page.map((text) => text.textHash),
        )
      }
      assert.deepEqual(
        seen,
        chunks.map(({ text }) => text),
      )
    },

    'the totals count chunks and distinct texts, and those that the cache has': async ({
      store,
    }) => {
      const runId = await spoolFiles(store, files)
      const fingerprint = freshFingerprint()
      const totals = () => store.spool.totals(runId, fingerprint)
      const all = { chunks: 6, texts: 4 }
      assert.deepEqual(await totals(), { ...all, cachedChunks: 0, cachedTexts: 0 })
      await put(store, freshFingerprint(), [textHash(long)])
      await put(store, fingerprint, [textHash('short'), textHash('elsewhere')])
      assert.deepEqual(await totals(), { ...all, cachedChunks: 3, cachedTexts: 1 })
    },

    'a run without a plan has no texts': async ({ store }) => {
      const [runId, fingerprint] = [freshTaskId(), freshFingerprint()]
      assert.deepEqual(await store.spool.missingTexts(runId, fingerprint, { limit: 9 }), [])
      const totals = await store.spool.totals(runId, fingerprint)
      assert.deepEqual(totals, { chunks: 0, texts: 0, cachedChunks: 0, cachedTexts: 0 })
    },
  },
)
