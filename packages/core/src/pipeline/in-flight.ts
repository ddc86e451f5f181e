/**
 * How much of a run is on its way at one time: begun, and not yet where the next run finds it. That is what
 * a killed run has to do again, at most.
 */

/** Files on their way for each parsing thread: the parser sends those that come together together. */
export const filesPerThread = 16

/** Parsed files that are written to the spool together, at most. */
export const spoolFiles = 64

// One is being written, and one waits for it.
const spoolBatches = 2

/** Texts of a batch where the embedder does not say. */
export const defaultBatchSize = 256

/** Batches of texts on their way: one in the embedder's workers, one on its way into the cache. */
export const batchesInFlight = 3

/** Pages of files that are being written: one by a store, one on its way to it. */
export const pagesInFlight = 2

/**
 * Files of a page. What a small one holds is gone before the garbage collector takes it for long-lived, but
 * each is a transaction, which writes every page of the file that it touched; a store that is asked over a
 * network is better asked seldom and with much.
 */
export function storePage(isRemote: boolean | undefined): number {
  return isRemote ? 48 : 24
}

/** Files that did not change and whose edges are resolved again together, at most. */
export const resolvedPage = 200

/** What of a run may be on its way at one time, at most. */
export interface InFlight {
  /** Files that are being parsed, or were and are not in the spool. */
  readonly parsedFiles: number
  /** Texts that are being embedded, or were and are not in the cache. */
  readonly texts: number
  /** Files whose rows are being written. */
  readonly storedFiles: number
  /** After those, files of which other edges are being written. */
  readonly resolvedFiles: number
}

/** What may be on its way of a run with so many threads, an embedder with such batches, and such stores. */
export function mostInFlight(run: {
  readonly parseThreads: number
  /** Undefined: the embedder does not say. */
  readonly batchSize: number | undefined
  readonly isRemote: boolean | undefined
}): InFlight {
  return {
    parsedFiles: run.parseThreads * filesPerThread + spoolBatches * spoolFiles,
    texts: batchesInFlight * (run.batchSize ?? defaultBatchSize),
    storedFiles: pagesInFlight * storePage(run.isRemote),
    resolvedFiles: resolvedPage,
  }
}
