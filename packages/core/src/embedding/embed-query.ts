import { withinTime } from '../abortable.ts'
import type { Embedder } from '../contracts/embedder.ts'
import { EmbedderError, toCairnError } from '../errors.ts'
import { assertShape, checkVector, embedderTimeLimit } from './guarded-embedder.ts'

/**
 * The vector of a search query from an embedder that may misbehave.
 * @throws EmbedderError `EMBEDDER_UNAVAILABLE` when there is no answer in time, `EMBEDDER_INVALID`
 *   when it is not a vector of the embedder's dimensions, `EMBEDDING_FAILED` for any other failure.
 * @throws what `signal` was aborted with.
 */
export async function embedQuery(
  embedder: Embedder,
  query: string,
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal | undefined },
): Promise<Float32Array> {
  const limit = embedderTimeLimit(embedder.id, timeoutMs)
  let vector: Float32Array
  try {
    vector = await withinTime(signal, limit, async (own) =>
      embedder.embedQuery(query, { signal: own }),
    )
  } catch (error) {
    signal?.throwIfAborted()
    throw toCairnError(error, 'EMBEDDING_FAILED')
  }
  assertShape(embedder.id, embedder.dimensions, 1, [vector])
  const checked = checkVector(vector)
  if (checked instanceof EmbedderError) throw checked
  return checked
}
