import { type Embedder, EmbedderError } from '@cairn/core'
import { embedderCases } from './embedder/embedder-cases.ts'
import { catchesDefects } from './fixtures/catches.ts'
import { embedText, memoryEmbedder } from './fixtures/memory-embedder.ts'

const change = (make: (working: Embedder) => Partial<Embedder>) => () => {
  const working = memoryEmbedder()
  return { ...working, ...make(working) }
}

/** Changes every vector that documents get. */
const vectors = (
  alter: (vector: Float32Array, index: number, texts: readonly string[]) => Float32Array,
) =>
  change((working) => ({
    embedDocuments: async (texts, options) =>
      (await working.embedDocuments(texts, options)).map((vector, index) =>
        alter(vector, index, texts),
      ),
  }))

const rejects = (isBad: (text: string) => boolean) =>
  change((working) => ({
    embedDocuments: async (texts, options) => {
      if (texts.some(isBad)) throw new EmbedderError('EMBEDDING_FAILED', 'The text is bad.')
      return working.embedDocuments(texts, options)
    },
  }))

let made = 0

catchesDefects<Embedder>({
  suite: 'the suite of embedders',
  working: memoryEmbedder,
  cases: (create) =>
    embedderCases({ create: async () => ({ embedder: create(), dispose: async () => {} }) }),
  defects: {
    'it has a name, a fingerprint, dimensions and a number of tokens': {
      'has no fingerprint': change(() => ({ fingerprint: '' })),
      'has no dimensions': change(() => ({ dimensions: 0 })),
    },
    'two of the same fingerprint give the same vectors': {
      'begins with a random number': change(() => {
        const seed = made++
        return {
          embedDocuments: async (texts) => texts.map((text) => embedText(`${seed} ${text}`)),
        }
      }),
      'has another fingerprint each time': change(() => ({ fingerprint: `memory-${made++}` })),
    },
    'each text gets a vector of the dimensions and of unit length': {
      'does not normalise': vectors((vector) => vector.map((value) => value * 2)),
      'gives another length than it says': vectors((vector) => vector.slice(1)),
      'gives what is no number': vectors((vector) => vector.fill(Number.NaN)),
    },
    'no texts give no vectors': {
      rejects: change((working) => ({
        embedDocuments: async (texts, options) => {
          if (texts.length === 0) throw new EmbedderError('EMBEDDING_FAILED', 'No texts.')
          return working.embedDocuments(texts, options)
        },
      })),
    },
    'vectors come in the order of the texts': {
      'gives them shortest text first': change((working) => ({
        embedDocuments: (texts, options) =>
          working.embedDocuments(
            [...texts].sort((left, right) => left.length - right.length),
            options,
          ),
      })),
    },
    'different texts get different vectors': {
      'gives one vector for all': vectors(() => embedText('always')),
    },
    'a vector depends on its text alone, not on the batch it stands in': {
      'takes the average of a batch in': vectors((_, index, texts) =>
        embedText(`${texts[index] ?? ''} ${texts.length > 5 ? texts.length : ''}`),
      ),
      'leaves out a text that it had in the same call': change((working) => ({
        embedDocuments: (texts, options) => working.embedDocuments([...new Set(texts)], options),
      })),
    },
    'more texts than batchSize go in one call': {
      'cuts a batch': change((working) => ({
        embedDocuments: (texts, options) => working.embedDocuments(texts.slice(0, 16), options),
      })),
    },
    'an empty text, a lone surrogate and other odd texts get a vector too': {
      'rejects an empty text': rejects((text) => text === ''),
      'rejects a lone surrogate': rejects((text) => /\p{Surrogate}/u.test(text)),
      'gives an empty text no direction': vectors((vector, index, texts) =>
        texts[index] === '' ? vector.fill(0) : vector,
      ),
    },
    'a text of any length gets a vector': {
      'rejects a long text': rejects((text) => text.length > 50_000),
    },
    'what is beyond maxTokens is not looked at': {
      'looks at all of it': change(() => ({ maxTokens: 100 })),
    },
    'calls at the same time do not disturb each other': {
      'gives a call the vectors of another': change((working) => {
        let last: readonly string[] = []
        return {
          embedDocuments: async (texts, options) => {
            const isBusy = last.length > 0
            last = isBusy ? [...texts].reverse() : texts
            await new Promise(setImmediate)
            const seen = last
            const embedded = await working.embedDocuments(seen, options)
            last = []
            return embedded
          },
        }
      }),
    },
    'a vector that was given is the caller’s to write to': {
      'gives its own memory away': change((working) => {
        const known = new Map<string, Float32Array>()
        return {
          embedQuery: async (text, options) => {
            const vector = known.get(text) ?? (await working.embedQuery(text, options))
            known.set(text, vector)
            return vector
          },
        }
      }),
    },
    'a query gets a vector of the dimensions and of unit length, whatever its text': {
      'does not normalise': change(() => ({
        embedQuery: async (text) => embedText(text).map((value) => value * 3),
      })),
    },
    'the same query gets the same vector': {
      'counts queries': change(() => ({
        embedQuery: async (text) => embedText(`${text} ${made++}`),
      })),
    },
    'a query is nearest to the document that answers it': {
      'embeds queries in another way': change(() => ({
        embedQuery: async (text) => embedText(text).reverse(),
      })),
    },
    'a call whose signal was aborted rejects with the reason of the signal': {
      'ignores the signal of a query': change(() => ({
        embedQuery: async (text) => embedText(text),
      })),
      'rejects with an error of its own': change((working) => ({
        embedDocuments: (texts, options) =>
          working.embedDocuments(texts, options).catch(() => {
            throw new EmbedderError('CANCELLED', 'Cancelled.')
          }),
      })),
    },
    'a call that is aborted on its way rejects with the reason, and the next one works': {
      'looks at the signal at the start': change((working) => ({
        embedDocuments: async (texts, { signal } = {}) => {
          signal?.throwIfAborted()
          return working.embedDocuments(texts)
        },
      })),
    },
    'a signal that is not aborted changes nothing': {
      'takes any signal for an aborted one': change((working) => ({
        embedDocuments: async (texts, options) => {
          if (options?.signal) throw new EmbedderError('CANCELLED', 'Cancelled.')
          return working.embedDocuments(texts, options)
        },
      })),
    },
    'it can be closed, before its first call and after': {
      'cannot be closed before its first call': change(() => ({
        close: async () => {
          throw new EmbedderError('INTERNAL', 'There is no worker.')
        },
      })),
    },
  },
})
