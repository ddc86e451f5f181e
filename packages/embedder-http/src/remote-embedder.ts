import { createHash } from 'node:crypto'
import { type Embedder, EmbedderError } from '@cairn/core'
import { LRUCache } from 'lru-cache'
import pLimit from 'p-limit'
import { createCalls } from './calls.ts'
import { createEmbedItems } from './embed-items.ts'
import { inRequests } from './in-requests.ts'
import type { RemoteRequest } from './remote-answer.ts'
import { type RemoteLimits, resolveLimits } from './remote-options.ts'
import { type TextItem, textItem } from './text-item.ts'
import { noUsage, type RemoteUsage } from './usage.ts'
import { createWaits, type Waits } from './waits.ts'

/** Options of {@link remoteEmbedder}. */
export interface RemoteEmbedderOptions extends RemoteLimits {
  /** A short name for people, for example the model's. */
  readonly id: string
  /** What decides about a vector besides these options, as JSON; it is hashed. */
  readonly identity: readonly unknown[]
  /** Length of every vector. @default asked of the provider, once */
  readonly dimensions?: number
  readonly request: RemoteRequest
}

/** An embedder whose vectors come from a provider. */
export interface RemoteEmbedder extends Embedder {
  /** What was asked of the provider so far. */
  usage(): RemoteUsage
}

// Of the vectors of failed calls, with their texts.
const keptBytes = 32 * 1024 * 1024

/**
 * An embedder over one function that makes one request: it cuts texts into requests by count and by
 * tokens, makes several at the same time, waits while the provider is busy, and halves a request that
 * is rejected until the text that causes it is alone.
 *
 * A call with a text that cannot be embedded rejects. The vectors of its other texts are kept for the
 * next call, so that a caller who isolates that text, or tries again, has no text embedded twice.
 * @throws InvalidOptionsError when an option is not of the documented shape.
 * @throws EmbedderError when `dimensions` has to be asked and the provider does not answer.
 */
export async function remoteEmbedder(options: RemoteEmbedderOptions): Promise<RemoteEmbedder> {
  const { id, identity, request, dimensions } = options
  const limits = resolveLimits(options)
  const { maxTokens, bytesPerToken, queryPrefix, documentPrefix, logger } = limits
  const maxBytes = Math.floor(maxTokens * bytesPerToken)
  const used = noUsage()
  const calls = createCalls()
  const kept = new LRUCache<string, Float32Array>({
    maxSize: keptBytes,
    sizeCalculation: (vector, text) => vector.byteLength + 2 * text.length,
  })
  const embedItems = createEmbedItems({ id, limits, used, request, dimensions })
  const embedInRequests = inRequests(embedItems, limits, pLimit(limits.concurrency))

  const reportCuts = (items: readonly TextItem[]): void => {
    const texts = items.filter(
      ({ text, whole, outcome }) => text !== whole && outcome instanceof Float32Array,
    ).length
    if (texts === 0) return
    used.truncatedTexts += texts
    const details = { embedder: id, texts, maxTokens }
    logger?.warn(details, 'Texts are longer than the model takes: their ends were cut.')
  }

  const documentVectors = async (
    items: readonly TextItem[],
    signal: AbortSignal,
    waits: Waits,
  ): Promise<Float32Array[]> => {
    for (const item of items) item.outcome = kept.get(item.whole)?.slice() ?? null
    const missing = items.filter(({ outcome }) => outcome === null)
    let isWhole = false
    try {
      await embedInRequests(missing, signal, waits)
      const vectors = items.map((item, index) => vectorOf(item, `Text ${index} of ${items.length}`))
      signal.throwIfAborted()
      isWhole = true
      return vectors
    } finally {
      reportCuts(missing)
      for (const { whole, outcome } of items) {
        if (isWhole) kept.delete(whole)
        else if (outcome instanceof Float32Array) kept.set(whole, outcome)
      }
    }
  }

  const queryVector = async (
    text: string,
    signal: AbortSignal,
    waits: Waits,
  ): Promise<Float32Array> => {
    const item = textItem(queryPrefix, text, maxBytes)
    // Past the limit on requests: a search does not wait for those of a run.
    await embedItems([item], signal, waits)
    reportCuts([item])
    return vectorOf(item, 'The query')
  }

  const length =
    dimensions ??
    (
      await calls.run(undefined, (signal) =>
        queryVector('dimensions', signal, createWaits(undefined)),
      )
    ).length
  const decisive = [...identity, length, maxTokens, bytesPerToken, queryPrefix, documentPrefix]

  return {
    id,
    fingerprint: `${id}-${digestOf(decisive)}`,
    dimensions: length,
    maxTokens,
    // A caller has more than one call under way, and each has a time limit.
    batchSize: limits.maxBatch * Math.ceil(limits.concurrency / 2),
    givesVectorsAway: true,
    fusion: limits.fusion,
    async embedDocuments(texts, { signal, onWaiting } = {}) {
      const items = texts.map((text) => textItem(documentPrefix, text, maxBytes))
      return await calls.run(signal, (own) => documentVectors(items, own, createWaits(onWaiting)))
    },
    async embedQuery(text, { signal, onWaiting } = {}) {
      return await calls.run(signal, (own) => queryVector(text, own, createWaits(onWaiting)))
    },
    usage: () => ({ ...used }),
    async close() {
      calls.end(new EmbedderError('CLOSED', 'The embedder is closed.'))
      kept.clear()
    },
  }
}

/** @throws EmbedderError that names the text by its place, never by its content. */
function vectorOf({ outcome }: TextItem, place: string): Float32Array {
  if (outcome instanceof Float32Array) return outcome
  const reason = outcome?.message ?? 'The provider gave no vector.'
  throw new EmbedderError('EMBEDDING_FAILED', `${place}: ${reason}`)
}

function digestOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16)
}
