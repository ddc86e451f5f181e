/** How many items a second, over a sliding window. */
export interface Rate {
  /** Says that `count` items are done in all, at `nowMs`. */
  record(nowMs: number, count: number): void
  /** Items per second over the window up to `nowMs`; 0 before two samples. */
  perSecond(nowMs: number): number
  /** The slowest and the fastest part of the window, items per second; null before three samples. */
  spread(): { readonly low: number; readonly high: number } | null
}

/** @param windowMs length of the window. */
export function createRate(windowMs = 10_000): Rate {
  const samples: { atMs: number; count: number }[] = []
  return {
    record(nowMs, count) {
      const last = samples.at(-1)
      // A finer grain would only measure the batches.
      if (last && samples.length > 1 && nowMs - last.atMs < windowMs / 40) last.count = count
      else samples.push({ atMs: nowMs, count })
      while (samples.length > 2 && nowMs - (samples[1]?.atMs ?? nowMs) > windowMs) samples.shift()
    },
    perSecond(nowMs) {
      const first = samples[0]
      const last = samples.at(-1)
      if (!first || !last || nowMs <= first.atMs) return 0
      return ((last.count - first.count) * 1000) / (nowMs - first.atMs)
    },
    spread() {
      const first = samples[0]
      const last = samples.at(-1)
      const middle = samples[Math.floor(samples.length / 2)]
      if (!first || !last || !middle || middle === first || middle === last) return null
      const early = ((middle.count - first.count) * 1000) / (middle.atMs - first.atMs)
      const late = ((last.count - middle.count) * 1000) / (last.atMs - middle.atMs)
      return { low: Math.min(early, late), high: Math.max(early, late) }
    },
  }
}
