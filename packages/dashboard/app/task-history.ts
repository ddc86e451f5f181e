import type { StatusDocument } from '@cairn/protocol'

/** What the charts show of one moment; rates per second, null where there is none. */
export interface Sample {
  /** Seconds since 1970. */
  readonly at: number
  readonly files: number
  readonly chunks: number
  readonly embedded: number
  readonly progress: number
  readonly etaLow: number | null
  readonly etaHigh: number | null
}

/** Samples that are kept of one task; above it every second one of the older half is dropped. */
const limit = 1_200

const historyOf = new Map<string, { runId: string; seq: number; samples: readonly Sample[] }>()

/**
 * What was seen of a task's rates since the page watches it. The server keeps no curve; the page does, as
 * long as it is open.
 */
export function recordSample(status: StatusDocument): readonly Sample[] {
  const known = historyOf.get(status.taskId)
  const isSameRun = known?.runId === status.runId
  if (known && isSameRun && known.seq >= status.seq) return known.samples
  const before = isSameRun ? (known?.samples ?? []) : []
  const sample = sampleOf(status)
  // The axis of time only goes forward.
  const kept = before.filter(({ at }) => at < sample.at)
  const samples = [...thinned(kept), sample]
  historyOf.set(status.taskId, { runId: status.runId, seq: status.seq, samples })
  return samples
}

function thinned(samples: readonly Sample[]): readonly Sample[] {
  if (samples.length < limit) return samples
  const half = limit / 2
  return samples.filter((_, index) => index >= half || index % 2 === 0)
}

function sampleOf(status: StatusDocument): Sample {
  return {
    at: status.updatedAt.getTime() / 1000,
    files: status.throughputFilesPerSecond,
    chunks: status.throughputChunksPerSecond,
    embedded: status.embeddingProgress.embeddingRate,
    progress: status.overallProgress,
    etaLow: status.eta?.lowSeconds ?? null,
    etaHigh: status.eta?.highSeconds ?? null,
  }
}
