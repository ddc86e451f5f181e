import assert from 'node:assert/strict'
import { type Behaviour, behaviours } from '../conformance-case.ts'
import { freshFingerprint } from '../fresh-names.ts'
import { sameVector, seededVector, unit } from '../vectors.ts'
import type { OpenedJournal } from './journal-subject.ts'
import { textHash } from './parsed-files.ts'

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
