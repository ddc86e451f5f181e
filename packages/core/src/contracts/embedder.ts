/** What an embedder waits for. */
export interface EmbedderWait {
  /** A sentence for people, without anything secret, for example `The provider limits its rate (429).` */
  readonly reason: string
  /** When it goes on, as far as that is known. */
  readonly until: Date | null
}

/** What every call of an {@link Embedder} takes. */
export interface EmbedOptions {
  /** Stops the call; it then rejects with the signal's reason. */
  signal?: AbortSignal
  /**
   * Told, before the call resolves, how many of its texts had more than `maxTokens`, so that something
   * of them was not looked at. Not called where none had; an embedder that cannot tell never calls it.
   */
  onTruncated?: (texts: number) => void
  /**
   * Told when the call begins to wait for something outside, such as a provider that limits its rate or
   * is out of reach, and with null when it goes on. A run shows it at once, as the health `waiting`.
   */
  onWaiting?: (wait: EmbedderWait | null) => void
}

/**
 * Turns text into vectors. An implementation is stateless towards its caller: the same text gives
 * the same vector whatever the batch it stands in, because vectors are cached by text.
 */
export interface Embedder {
  /** A short name for people, for example `static-256`. */
  readonly id: string
  /**
   * Changes whenever the same text could give another vector: weights, tokenizer, options, runtime.
   * Vectors of different fingerprints are never compared.
   */
  readonly fingerprint: string
  /** Length of every vector. */
  readonly dimensions: number
  /** Tokens of one text that are looked at; what is beyond is cut. */
  readonly maxTokens: number
  /** Texts the embedder likes to get in one call. @default 256 */
  readonly batchSize?: number
  /**
   * Whether only the caller has the memory of the vectors of `embedDocuments`, so that it may be given
   * back as soon as they are stored. Not for an embedder that keeps vectors, for example for equal texts.
   * @default false
   */
  readonly givesVectorsAway?: boolean
  /**
   * How much each half of hybrid search counts, tuned for this embedder: cosines and BM25 are scaled to
   * one range for each query, and the score of a chunk is their mean by these weights.
   * @default {dense: 2, lexical: 1}
   */
  readonly fusion?: { readonly dense: number; readonly lexical: number }
  /**
   * One vector of unit length (L2) a text, in the order of the texts. An empty text gets a vector
   * too. Must not block the event loop for more than a few ms: heavy work belongs in a worker.
   * @throws when the texts cannot be embedded; the caller isolates a bad text by splitting the batch.
   */
  embedDocuments(texts: readonly string[], options?: EmbedOptions): Promise<Float32Array[]>
  /** The vector of a search query, of unit length, to compare with those of documents by cosine. */
  embedQuery(text: string, options?: EmbedOptions): Promise<Float32Array>
  /** Releases workers and memory. The embedder is not used afterwards. */
  close?(): Promise<void>
}
