import assert from 'node:assert/strict'
import fc from 'fast-check'
import { type Behaviour, behaviours } from '../conformance-case.ts'
import { cosineDistance } from '../vectors.ts'
import type { EmbedderSubject } from './embedder-subject.ts'
import { answeredQuestions, longTexts, oddTexts } from './sample-texts.ts'

/** How far a norm may be from 1: float32, perhaps sent as decimal text. */
const normTolerance = 1e-4

const documents = answeredQuestions.map(({ document }) => document)

/** Holds that a vector is whole: of the dimensions, of unit length, each component a number. */
function isWhole(vector: Float32Array | undefined, dimensions: number, text: string): void {
  const name = JSON.stringify(text.slice(0, 60))
  assert.ok(vector instanceof Float32Array, `the vector of ${name} is no Float32Array`)
  assert.equal(vector.length, dimensions, `length of the vector of ${name}`)
  assert.ok(vector.every(Number.isFinite), `the vector of ${name} has what is no number`)
  const norm = Math.hypot(...vector)
  assert.ok(Math.abs(norm - 1) <= normTolerance, `the vector of ${name} has the length ${norm}`)
}

/** Holds that two vectors of the same text are the same. */
function isSame(
  actual: Float32Array | undefined,
  expected: Float32Array | undefined,
  { tolerance }: EmbedderSubject,
  text: string,
): void {
  assert.ok(actual && expected && actual.length === expected.length)
  for (const [index, value] of expected.entries()) {
    const difference = Math.abs((actual[index] ?? Number.NaN) - value)
    assert.ok(
      difference <= tolerance,
      `component ${index} of ${JSON.stringify(text.slice(0, 60))} differs by ${difference}`,
    )
  }
}

async function alone({ embedder }: EmbedderSubject, text: string): Promise<Float32Array> {
  const [vector, ...others] = await embedder.embedDocuments([text])
  assert.ok(vector && others.length === 0, 'one text gives one vector')
  return vector
}

/** Holds that a call is rejected with exactly this reason. */
async function rejectsWith(call: Promise<unknown>, reason: unknown): Promise<void> {
  const outcome = await call.then(
    () => assert.fail('resolved although its signal was aborted'),
    (error: unknown) => error,
  )
  assert.equal(outcome, reason, 'it rejected with something else than the reason of the signal')
}

/** What an embedder says of itself. */
export const description: readonly Behaviour<EmbedderSubject>[] = behaviours<EmbedderSubject>(
  'description',
  {
    'it has a name, a fingerprint, dimensions and a number of tokens': async ({ embedder }) => {
      const { id, fingerprint, dimensions, maxTokens, batchSize = 256, fusion } = embedder
      for (const text of [id, fingerprint])
        assert.ok(typeof text === 'string' && text.trim() !== '')
      for (const count of [dimensions, maxTokens, batchSize]) {
        assert.ok(Number.isInteger(count) && count > 0, `${count} is no count`)
      }
      for (const weight of [fusion?.dense ?? 1, fusion?.lexical ?? 1]) {
        assert.ok(Number.isFinite(weight) && weight >= 0, `${weight} is no weight`)
      }
    },

    'two of the same fingerprint give the same vectors': async (subject) => {
      const { embedder } = subject
      const another = await subject.another()
      try {
        assert.equal(another.embedder.fingerprint, embedder.fingerprint)
        assert.equal(another.embedder.dimensions, embedder.dimensions)
        const vectors = await embedder.embedDocuments(documents)
        const others = await another.embedder.embedDocuments(documents)
        for (const [index, text] of documents.entries()) {
          isSame(others[index], vectors[index], subject, text)
        }
      } finally {
        await another.dispose()
      }
    },
  },
)

/** What `embedDocuments` promises. */
export function embedding(propertyRuns: number): readonly Behaviour<EmbedderSubject>[] {
  return behaviours<EmbedderSubject>('documents', {
    'each text gets a vector of the dimensions and of unit length': async ({ embedder }) => {
      const vectors = await embedder.embedDocuments(Object.freeze([...documents]))
      assert.equal(vectors.length, documents.length)
      for (const [index, text] of documents.entries()) {
        isWhole(vectors[index], embedder.dimensions, text)
      }
    },

    'no texts give no vectors': async ({ embedder }) => {
      assert.deepEqual(await embedder.embedDocuments([]), [])
    },

    'vectors come in the order of the texts': async (subject) => {
      const vectors = await subject.embedder.embedDocuments(documents)
      const reversed = await subject.embedder.embedDocuments([...documents].reverse())
      for (const [index, text] of documents.entries()) {
        isSame(vectors[index], await alone(subject, text), subject, text)
        isSame(reversed[documents.length - 1 - index], vectors[index], subject, text)
      }
    },

    'different texts get different vectors': async ({ embedder }) => {
      const vectors = await embedder.embedDocuments(documents)
      for (const [index, left] of vectors.entries()) {
        for (const right of vectors.slice(index + 1)) assert.ok(cosineDistance(left, right) > 1e-3)
      }
    },

    'a vector depends on its text alone, not on the batch it stands in': async (subject) => {
      const texts = [...documents, ...oddTexts, 'a', 'to be or not '.repeat(400)]
      const known = new Map<string, Float32Array>()
      for (const text of texts) known.set(text, await alone(subject, text))
      const batches = fc.array(fc.constantFrom(...texts), { minLength: 1, maxLength: 40 })
      const property = fc.asyncProperty(batches, async (batch) => {
        const vectors = await subject.embedder.embedDocuments(batch)
        assert.equal(vectors.length, batch.length)
        for (const [index, text] of batch.entries()) {
          isSame(vectors[index], known.get(text), subject, text)
        }
      })
      await fc.assert(property, { numRuns: propertyRuns })
    },

    'more texts than batchSize go in one call': async (subject) => {
      const { embedder } = subject
      const count = (embedder.batchSize ?? 256) + 1
      const texts = Array.from({ length: count }, (_, index) => `const value${index} = ${index}`)
      const vectors = await embedder.embedDocuments(texts)
      assert.equal(vectors.length, count)
      for (const index of [0, 1, Math.floor(count / 2), count - 1]) {
        const text = texts[index] ?? ''
        isSame(vectors[index], await alone(subject, text), subject, text)
      }
    },

    'an empty text, a lone surrogate and other odd texts get a vector too': async ({
      embedder,
    }) => {
      const vectors = await embedder.embedDocuments(oddTexts)
      assert.equal(vectors.length, oddTexts.length)
      for (const [index, text] of oddTexts.entries()) {
        isWhole(vectors[index], embedder.dimensions, text)
      }
    },

    'a text of any length gets a vector': async ({ embedder }) => {
      const vectors = await embedder.embedDocuments(longTexts)
      for (const [index, text] of longTexts.entries()) {
        isWhole(vectors[index], embedder.dimensions, text)
      }
    },

    'what is beyond maxTokens is not looked at': async (subject) => {
      // A word is at least one token.
      const seen = Array.from({ length: subject.embedder.maxTokens }, (_, index) => `word${index}`)
      const [left, right] = [`${seen.join(' ')} one tail`, `${seen.join(' ')} another end of it`]
      isSame(await alone(subject, left), await alone(subject, right), subject, left)
    },

    'calls at the same time do not disturb each other': async (subject) => {
      const calls = await Promise.all(
        Array.from({ length: 6 }, () => subject.embedder.embedDocuments(documents)),
      )
      for (const [index, text] of documents.entries()) {
        const expected = await alone(subject, text)
        for (const vectors of calls) isSame(vectors[index], expected, subject, text)
      }
    },

    'a vector that was given is the caller’s to write to': async (subject) => {
      const [text = ''] = documents
      const first = await alone(subject, text)
      const copy = first.slice()
      first.fill(0)
      isSame(await alone(subject, text), copy, subject, text)
      const query = await subject.embedder.embedQuery(text)
      const queryCopy = query.slice()
      query.fill(0)
      isSame(await subject.embedder.embedQuery(text), queryCopy, subject, text)
    },
  })
}

/** What `embedQuery` promises. */
export const querying: readonly Behaviour<EmbedderSubject>[] = behaviours<EmbedderSubject>(
  'queries',
  {
    'a query gets a vector of the dimensions and of unit length, whatever its text': async ({
      embedder,
    }) => {
      for (const text of [...documents, ...oddTexts, ...longTexts]) {
        isWhole(await embedder.embedQuery(text), embedder.dimensions, text)
      }
    },

    'the same query gets the same vector': async (subject) => {
      for (const { question } of answeredQuestions) {
        const first = await subject.embedder.embedQuery(question)
        isSame(await subject.embedder.embedQuery(question), first, subject, question)
      }
    },

    'a query is nearest to the document that answers it': async ({ embedder }) => {
      const vectors = await embedder.embedDocuments(documents)
      for (const [expected, { question }] of answeredQuestions.entries()) {
        const query = await embedder.embedQuery(question)
        const distances = vectors.map((vector) => cosineDistance(query, vector))
        const nearest = distances.indexOf(Math.min(...distances))
        assert.equal(nearest, expected, `"${question}" is nearest to ${documents[nearest]}`)
      }
    },
  },
)

/** What `signal` and `close` promise. */
export const ending: readonly Behaviour<EmbedderSubject>[] = behaviours<EmbedderSubject>('ending', {
  'a call whose signal was aborted rejects with the reason of the signal': async ({ embedder }) => {
    const reason = new Error('enough')
    const signal = AbortSignal.abort(reason)
    await rejectsWith(embedder.embedDocuments(documents, { signal }), reason)
    await rejectsWith(embedder.embedQuery('a', { signal }), reason)
  },

  'a call that is aborted on its way rejects with the reason, and the next one works': async (
    subject,
  ) => {
    const { embedder } = subject
    const controller = new AbortController()
    const reason = new Error('enough')
    const texts = Array.from({ length: 500 }, (_, index) => `${documents[0]} ${index}`)
    const call = embedder.embedDocuments(texts, { signal: controller.signal })
    controller.abort(reason)
    await rejectsWith(call, reason)
    isWhole(await alone(subject, 'a'), embedder.dimensions, 'a')
  },

  'a signal that is not aborted changes nothing': async (subject) => {
    const { signal } = new AbortController()
    const [text = ''] = documents
    const [vector] = await subject.embedder.embedDocuments([text], { signal })
    isSame(vector, await alone(subject, text), subject, text)
  },

  'it can be closed, before its first call and after': async (subject) => {
    const unused = await subject.another()
    await unused.embedder.close?.()
    await unused.dispose()
    await alone(subject, 'a')
    await subject.embedder.close?.()
  },
})
