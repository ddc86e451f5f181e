import type { Embedder } from '@cairn/core'

/** An embedder opened for one case. */
export interface OpenedEmbedder {
  readonly embedder: Embedder
  /** Closes the embedder, which a case may have done already, and takes away what it left. */
  dispose(): Promise<void>
}

/** What `embedderConformance` takes. */
export interface EmbedderConformanceOptions {
  /** Name of the suite, for example the adapter's. */
  readonly name: string
  /** Opens an embedder for one case; all of them must be of the same fingerprint. */
  create(): Promise<OpenedEmbedder>
  /**
   * How far each component of the vector of a text may be from that of the same text in another
   * batch: what floating point loses on the way. @default 1e-6
   */
  readonly tolerance?: number
  /** Random batches that are compared with texts embedded alone. @default 20 */
  readonly propertyRuns?: number
}

/** An embedder with a second one of the same kind and how exact the two are. */
export interface EmbedderSubject {
  readonly embedder: Embedder
  readonly tolerance: number
  /** Opens another one. */
  another(): Promise<OpenedEmbedder>
}
