import { type TimeLimit, withinTime } from '../abortable.ts'
import type { Embedder, EmbedderWait } from '../contracts/embedder.ts'
import { CairnError, EmbedderError, toCairnError } from '../errors.ts'
import type { Limits } from '../options.ts'
import type { RunProgress } from '../progress/run-progress.ts'
import type { Retry } from '../retry.ts'
import { squaredLength } from './squared-length.ts'

/** A vector for each text, or why that text has none. */
export type GuardedEmbed = (texts: readonly string[]) => Promise<(Float32Array | EmbedderError)[]>

// So many texts in a row that fail alone mean that the embedder is down, not that the texts are bad.
const failuresInARow = 8
// A unit vector after rounding to float32; farther off, cosine distances would be wrong.
const normTolerance = 1e-2

/** What {@link createGuardedEmbedder} works with. */
export interface GuardContext {
  readonly embedder: Embedder
  readonly retry: Retry
  readonly limits: Required<Limits>
  readonly signal: AbortSignal
  /**
   * Told how many texts of a call that succeeded had more than the embedder looks at. A repair embeds
   * what a run embedded and told before.
   */
  readonly onTruncated?: (texts: number) => void
  /** Told what a call waits for. */
  readonly progress: Pick<RunProgress, 'waiting'>
}

/**
 * Calls an embedder that may misbehave: a call that never returns ends at its time limit; a batch
 * that fails is halved until the bad text is alone; vectors are checked before they count.
 */
export function createGuardedEmbedder(context: GuardContext): GuardedEmbed {
  const { embedder, retry, limits, signal, onTruncated, progress } = context
  const limit = embedderTimeLimit(embedder.id, limits.embedTimeoutMs)
  let failuresSinceSuccess = 0

  const call = async (texts: readonly string[], waiter: object): Promise<Float32Array[]> => {
    let truncated = 0
    const countTruncated = (count: number): void => {
      truncated = count
    }
    const vectors = await withinTime(signal, limit, async (own) =>
      embedder.embedDocuments(texts, {
        signal: own,
        onTruncated: countTruncated,
        onWaiting: (wait) => {
          // A call that was given up may still say something.
          if (!own.aborted) progress.waiting(waiter, describeWait(embedder.id, wait))
        },
      }),
    )
    assertShape(embedder.id, embedder.dimensions, texts.length, vectors)
    if (truncated > 0) onTruncated?.(truncated)
    return vectors
  }

  const callAgain = async (texts: readonly string[]): Promise<Float32Array[]> => {
    const waiter = {}
    try {
      return await retry(`the embedder ${embedder.id}`, () => {
        progress.waiting(waiter, null)
        return call(texts, waiter)
      })
    } finally {
      progress.waiting(waiter, null)
    }
  }

  const embed: GuardedEmbed = async (texts) => {
    try {
      const vectors = await callAgain(texts)
      failuresSinceSuccess = 0
      return vectors.map(checkVector)
    } catch (error) {
      signal.throwIfAborted()
      const code = CairnError.isInstance(error) ? error.code : null
      if (code === 'EMBEDDER_INVALID' || code === 'EMBEDDER_UNAVAILABLE') throw error
      if (texts.length > 1) {
        const middle = texts.length >> 1
        const left = await embed(texts.slice(0, middle))
        return [...left, ...(await embed(texts.slice(middle)))]
      }
      failuresSinceSuccess++
      const failure = toCairnError(error, 'EMBEDDING_FAILED')
      if (failuresSinceSuccess >= failuresInARow) {
        throw new EmbedderError(
          'EMBEDDER_UNAVAILABLE',
          `The embedder ${embedder.id} failed on ${failuresInARow} texts in a row: ${failure.message}`,
          { cause: error, recoverable: true },
        )
      }
      return [new EmbedderError('EMBEDDING_FAILED', failure.message, { cause: error })]
    }
  }
  return embed
}

/** The limit of one call of an embedder. */
export function embedderTimeLimit(id: string, timeoutMs: number): TimeLimit {
  return {
    timeoutMs,
    timedOut: () => {
      const message = `The embedder ${id} did not answer within ${timeoutMs} ms.`
      return new EmbedderError('EMBEDDER_UNAVAILABLE', message, { recoverable: true })
    },
  }
}

function describeWait(id: string, wait: EmbedderWait | null): string | null {
  if (wait === null) return null
  const until = wait.until === null ? '' : ` until ${wait.until.toISOString()}`
  return `Waiting for the embedder ${id}${until}: ${wait.reason}`
}

/** @throws EmbedderError `EMBEDDER_INVALID` when these are not `count` vectors of these dimensions. */
export function assertShape(
  id: string,
  dimensions: number,
  count: number,
  vectors: readonly Float32Array[],
): void {
  if (!Array.isArray(vectors) || vectors.length !== count) {
    const got = Array.isArray(vectors) ? `${vectors.length} vectors` : 'no list of vectors'
    throw new EmbedderError(
      'EMBEDDER_INVALID',
      `The embedder ${id} gave ${got} for ${count} texts.`,
    )
  }
  for (const vector of vectors) {
    if (vector instanceof Float32Array && vector.length === dimensions) continue
    const got = vector instanceof Float32Array ? `${vector.length} dimensions` : 'no Float32Array'
    throw new EmbedderError(
      'EMBEDDER_INVALID',
      `The embedder ${id} gave ${got}, not ${dimensions} dimensions.`,
    )
  }
}

/** The vector, or why it cannot be compared by cosine. */
export function checkVector(vector: Float32Array): Float32Array | EmbedderError {
  const squares = squaredLength(vector)
  if (Math.abs(squares - 1) <= normTolerance) return vector
  const what = Number.isFinite(squares)
    ? `a vector of length ${Math.sqrt(squares)}, not 1`
    : 'a vector with NaN'
  return new EmbedderError('EMBEDDING_FAILED', `The embedder gave ${what}.`)
}
