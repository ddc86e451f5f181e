import type { Embedder } from '@cairn/core'

/** An embedder that stands still until it is let go on, so that a test has a run under way. */
export interface GatedEmbedder extends Embedder {
  /** Lets so many calls through. */
  letThrough(calls: number): void
  /** Lets every call through, until it is shut. */
  open(): void
  /** Lets no call through any more. */
  shut(): void
}

/** An embedder before which calls wait. */
export function gatedEmbedder(embedder: Embedder): GatedEmbedder {
  let permits = 0
  const waiting: (() => void)[] = []
  const letThrough = (calls: number): void => {
    permits += calls
    while (permits > 0 && waiting.length > 0) {
      permits -= 1
      waiting.shift()?.()
    }
  }
  return {
    id: embedder.id,
    fingerprint: embedder.fingerprint,
    dimensions: embedder.dimensions,
    maxTokens: embedder.maxTokens,
    batchSize: 1,
    letThrough,
    open: () => letThrough(Number.POSITIVE_INFINITY),
    shut() {
      permits = 0
    },
    async embedDocuments(texts, options) {
      if (permits > 0) permits -= 1
      else await new Promise<void>((resolve) => waiting.push(resolve))
      return embedder.embedDocuments(texts, options)
    },
    embedQuery: (text, options) => embedder.embedQuery(text, options),
  }
}
