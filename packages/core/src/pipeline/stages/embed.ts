import type { MissingText } from '../../contracts/journal.ts'
import { createGuardedEmbedder } from '../../embedding/guarded-embedder.ts'
import { EmbedderError, toCairnError } from '../../errors.ts'
import type { StageProgress } from '../../progress/run-progress.ts'
import { releaseMemory } from '../../release-memory.ts'
import { takeOut } from '../../take-out.ts'
import { batchesInFlight, defaultBatchSize } from '../in-flight.ts'
import type { RunContext } from '../run-context.ts'

/** Counts of the embedding stage. */
export interface EmbedOutcome {
  readonly chunks: number
  /** Hashes of the texts that the embedder could not embed. */
  readonly failedTexts: ReadonlySet<string>
}

interface EmbeddedText {
  readonly textHash: string
  readonly vector: Float32Array
}

/** A batch whose vectors are there. */
interface EmbeddedBatch {
  readonly entries: readonly EmbeddedText[]
  readonly chunks: number
  readonly lastPath: string | undefined
}

// Smaller ones cost more time than they save memory.
const leastBatch = 32

/**
 * Embeds each text of the plan that the cache lacks, once, shortest first, so that a batch holds
 * texts of about one length. A vector is in the cache before it is counted: what a killed run has
 * embedded is never embedded again.
 */
export async function embedChunks(
  context: RunContext,
  stage: StageProgress,
): Promise<EmbedOutcome> {
  const { storage, embedder, progress, signal, runId, space, memory } = context
  const { spool, cache } = storage.journal
  let truncatedTexts = 0
  const embed = createGuardedEmbedder({
    ...context,
    onTruncated: (texts) => {
      truncatedTexts += texts
    },
  })
  const totals = await spool.totals(runId, space.fingerprint)
  const failedTexts = new Set<string>()
  let done = totals.cachedChunks
  let failedChunks = 0
  const report = (currentFile?: string): void => {
    stage.update({
      total: totals.chunks,
      processed: done,
      chunks: done - failedChunks,
      reusedChunks: totals.cachedChunks,
      ...(currentFile === undefined ? {} : { currentFile }),
    })
  }
  report()

  /** What is kept of a batch holds no texts, so that they are gone before it is in the cache. */
  const embedBatch = async (texts: readonly MissingText[]): Promise<EmbeddedBatch> => {
    const vectors = await embed(texts.map((text) => text.input))
    const entries: EmbeddedText[] = []
    let chunks = 0
    for (const [index, text] of texts.entries()) {
      const result = vectors[index]
      if (result instanceof Float32Array) entries.push({ textHash: text.textHash, vector: result })
      else {
        failedTexts.add(text.textHash)
        failedChunks += text.chunks
        progress.error(toCairnError(result, 'EMBEDDING_FAILED'), text.path)
      }
      chunks += text.chunks
    }
    return { entries, chunks, lastPath: texts.at(-1)?.path }
  }

  const keep = async ({ entries, chunks, lastPath }: EmbeddedBatch): Promise<void> => {
    await context.retry('the journal', () => cache.put(space.fingerprint, entries))
    if (embedder.givesVectorsAway) releaseMemory(entries.map(({ vector }) => vector))
    done += chunks
    report(lastPath)
  }

  const batchSize = embedder.batchSize ?? defaultBatchSize
  const inFlight: Promise<void>[] = []
  let failure: unknown = null
  let after: string | undefined
  /** Begins the next batch; false where it was the last. */
  const begin = async (): Promise<boolean> => {
    const limit = Math.max(Math.min(leastBatch, batchSize), memory.share(batchSize))
    const page = await spool.missingTexts(runId, space.fingerprint, {
      limit,
      ...(after === undefined ? {} : { after }),
    })
    after = page.at(-1)?.cursor
    if (page.length > 0) {
      const batch: Promise<void> = embedBatch(page)
        .then(keep)
        .catch((error: unknown) => {
          failure ??= error
        })
        .finally(() => void takeOut(inFlight, batch))
      inFlight.push(batch)
    }
    return page.length === limit
  }
  try {
    while (failure === null) {
      signal.throwIfAborted()
      if (!(await begin())) break
      while (inFlight.length >= memory.share(batchesInFlight)) await Promise.race(inFlight)
      progress.tight(memory.exceeded())
      await progress.backpressure()
    }
  } finally {
    // However the stage ends, no batch of it goes on after that.
    await Promise.all(inFlight)
  }
  if (truncatedTexts > 0) {
    progress.warning(
      'TEXT_TRUNCATED',
      `${truncatedTexts} of ${totals.texts - totals.cachedTexts} texts are longer than the ${embedder.maxTokens} tokens that the embedder ${embedder.id} looks at; what is beyond is found by its words alone.`,
    )
  }
  if (failure !== null) throw failure
  if (
    totals.texts > totals.cachedTexts &&
    failedTexts.size === totals.texts - totals.cachedTexts &&
    failedTexts.size > 1
  ) {
    throw new EmbedderError(
      'EMBEDDER_UNAVAILABLE',
      `The embedder ${embedder.id} failed on every text.`,
    )
  }
  return { chunks: totals.chunks, failedTexts }
}
