import assert from 'node:assert/strict'
import type { Journal } from '@cairn/core'
import { type Behaviour, behaviours } from '../conformance-case.ts'
import { freshFingerprint, freshRepository, freshTaskId, freshVersion } from '../fresh-names.ts'
import { sameVector, seededVector, unit } from '../vectors.ts'
import type { OpenedJournal } from './journal-subject.ts'
import { commitParsed, fileToIndex, ledgerRepository } from './ledger-rows.ts'
import { chunk, parsedFile, textHash } from './parsed-files.ts'
import { runScript } from './task-events.ts'

/** What `cache` promises. */
export const embeddingCache: readonly Behaviour<OpenedJournal>[] = behaviours<OpenedJournal>(
  'cache',
  {
    'vectors come in the order asked, null for those that are not there': async ({
      store: { cache },
    }) => {
      const fingerprint = freshFingerprint()
      const entries = ['a', 'b', 'c'].map((text, index) => ({
        textHash: textHash(text),
        vector: seededVector(6, index),
      }))
      await cache.put(fingerprint, entries)
      const asked = ['c', 'absent', 'a', 'c'].map((text) => textHash(text))
      const read = await cache.get(fingerprint, asked)
      assert.equal(read.length, 4)
      sameVector(read[0], seededVector(6, 2))
      assert.equal(read[1], null)
      sameVector(read[2], seededVector(6, 0))
      sameVector(read[3], seededVector(6, 2))
    },

    'vectors of different fingerprints are kept apart': async ({ store: { cache } }) => {
      const [left, right] = [freshFingerprint(), freshFingerprint()]
      const key = textHash('a')
      await cache.put(left, [{ textHash: key, vector: unit(1, 2) }])
      await cache.put(right, [{ textHash: key, vector: unit(3, 4, 5) }])
      sameVector((await cache.get(left, [key]))[0], unit(1, 2))
      sameVector((await cache.get(right, [key]))[0], unit(3, 4, 5))
      assert.deepEqual(await cache.get(freshFingerprint(), [key]), [null])
    },

    'a vector may be put again, also twice in one call': async ({ store: { cache } }) => {
      const fingerprint = freshFingerprint()
      const entry = { textHash: textHash('a'), vector: unit(1, 2) }
      await cache.put(fingerprint, [entry, { ...entry }])
      await cache.put(fingerprint, [entry])
      sameVector((await cache.get(fingerprint, [entry.textHash]))[0], unit(1, 2))
    },

    'nothing can be put and got': async ({ store: { cache } }) => {
      const fingerprint = freshFingerprint()
      await cache.put(fingerprint, [])
      assert.deepEqual(await cache.get(fingerprint, []), [])
    },

    'the vectors that were given stay the caller’s': async ({ store: { cache } }) => {
      const fingerprint = freshFingerprint()
      const shared = Float32Array.from([9, ...unit(1, 2, 3), 9, ...unit(-3, 2, 1)])
      const [first, second] = [textHash('a'), textHash('b')]
      await cache.put(fingerprint, [
        { textHash: first, vector: shared.subarray(1, 4) },
        { textHash: second, vector: shared.subarray(5, 8) },
      ])
      assert.equal(shared.length, 8, 'the caller’s buffer was taken away')
      shared.fill(0)
      const [one, two] = await cache.get(fingerprint, [first, second])
      sameVector(one, unit(1, 2, 3))
      sameVector(two, unit(-3, 2, 1))
    },

    'spare vectors are dropped, and none that a file may need': async ({ store }) => {
      const { cache, plans, spool } = store
      const fingerprint = freshFingerprint()
      const [former, name, own] = [freshFingerprint(), freshRepository(), freshVersion()]
      const embedder = { id: 'static', fingerprint, dimensions: 4 }
      const repository = ledgerRepository({ name, embedder })
      const texts = ['live', 'planned', 'shared', 'gone', 'back'].map((text) => `${text} of ${own}`)
      const [live = '', planned = '', shared = '', gone = '', back = ''] = texts
      const hashes = texts.map((text) => textHash(text))
      const fileOf = (...of: string[]) => parsedFile(of.map((text, index) => chunk(index, text)))
      await commitParsed(store, repository, [
        { path: 'a.ts', parsed: fileOf(gone, shared, back) },
        { path: 'b.ts', parsed: fileOf(live, shared) },
      ])
      const vectors = hashes.map((hash, index) => ({
        textHash: hash,
        vector: seededVector(4, index),
      }))
      await cache.put(fingerprint, vectors)
      await cache.put(former, vectors.slice(0, 1))
      await commitParsed(store, repository, [{ path: 'a.ts', parsed: fileOf(shared) }])
      await planNothing(plans, name)
      await spool.sweep(name)
      const runId = freshTaskId()
      const versions = [freshVersion(), freshVersion()]
      await plans.begin({ repository: name, runId })
      await plans.add(
        runId,
        versions.map((version) => fileToIndex({ path: version, version })),
      )
      const [first = '', second = ''] = versions
      await spool.write(name, [
        { version: first, path: first, parsed: fileOf(planned) },
        { version: second, path: second, parsed: fileOf(back) },
      ])
      await cache.prune({ maxBytes: 1_000_000_000, fingerprint })
      assert.ok((await cache.get(fingerprint, hashes)).every((vector) => vector !== null))
      assert.ok((await cache.prune({ maxBytes: 0, fingerprint })) >= 2)
      const kept = (await cache.get(fingerprint, hashes)).map((vector) => vector !== null)
      assert.deepEqual(kept, [true, true, true, false, true])
      assert.deepEqual(await cache.get(former, hashes.slice(0, 1)), [null])
      assert.equal(await cache.prune({ maxBytes: 0, fingerprint }), 0)
    },

    'no vector is spare of the embedder of a run that has not ended': async ({ store }) => {
      const { cache, plans, tasks } = store
      const [own, other] = [freshFingerprint(), freshFingerprint()]
      const script = runScript()
      const { repository, runId } = script
      const entries = ['a', 'b'].map((text, index) => ({
        textHash: textHash(`${text} of ${runId}`),
        vector: seededVector(4, index),
      }))
      const held = async (): Promise<boolean[]> =>
        (
          await cache.get(
            other,
            entries.map((entry) => entry.textHash),
          )
        ).map((one) => one !== null)
      await tasks.append([script.queued(), script.started()])
      await plans.begin({ repository, runId, fingerprint: other })
      await cache.put(other, entries)
      await cache.prune({ maxBytes: 0, fingerprint: own })
      assert.deepEqual(await held(), [true, true])
      await tasks.append([script.failed('embedding', 'It is down.')])
      await cache.prune({ maxBytes: 0, fingerprint: own })
      assert.deepEqual(await held(), [false, false])
    },

    'of spare vectors those go first whose text was needed last the longest ago': async ({
      store,
    }) => {
      const { cache, plans, spool } = store
      const fingerprint = freshFingerprint()
      const [former, name, own] = [freshFingerprint(), freshRepository(), freshVersion()]
      const embedder = { id: 'static', fingerprint, dimensions: 4 }
      const repository = ledgerRepository({ name, embedder })
      const texts = ['first', 'second', 'third'].map((text) => `${text} of ${own}`)
      const hashes = texts.map((text) => textHash(text))
      await cache.prune({ maxBytes: 0, fingerprint })
      // Embedded in the opposite order.
      for (const [index, hash] of [...hashes.entries()].reverse()) {
        await cache.put(fingerprint, [{ textHash: hash, vector: seededVector(4, index) }])
      }
      for (const text of [...texts, `last of ${own}`]) {
        await commitParsed(store, repository, [
          { path: 'a.ts', parsed: parsedFile([chunk(0, text)]) },
        ])
        await planNothing(plans, name)
        await spool.sweep(name)
      }
      await cache.put(former, [{ textHash: hashes[0] ?? '', vector: unit(1, 2, 3, 4) }])
      const keptOf = async (): Promise<boolean[]> =>
        (await cache.get(fingerprint, hashes)).map((vector) => vector !== null)
      const bytes = 4 * Float32Array.BYTES_PER_ELEMENT
      await cache.prune({ maxBytes: 3 * bytes, fingerprint })
      assert.deepEqual(await cache.get(former, hashes.slice(0, 1)), [null])
      assert.deepEqual(await keptOf(), [true, true, true])
      await cache.prune({ maxBytes: 2 * bytes, fingerprint })
      assert.deepEqual(await keptOf(), [false, true, true])
      await cache.prune({ maxBytes: bytes, fingerprint })
      assert.deepEqual(await keptOf(), [false, false, true])
    },

    'thousands of vectors go in one call': async ({ store: { cache } }) => {
      const fingerprint = freshFingerprint()
      const entries = Array.from({ length: 3000 }, (_, index) => ({
        textHash: textHash(String(index)),
        vector: seededVector(3, index),
      }))
      await cache.put(fingerprint, entries)
      const read = await cache.get(
        fingerprint,
        entries.map((entry) => entry.textHash),
      )
      for (const [index, { vector }] of entries.entries()) sameVector(read[index], vector)
    },
  },
)

/** Begins a plan of a repository, of no files, in the place of the one it had. */
async function planNothing(plans: Journal['plans'], repository: string): Promise<void> {
  const runId = freshTaskId()
  await plans.begin({ repository, runId })
  await plans.complete(runId)
}
