import type { SoakSample } from './soak-run.ts'

/** How one measure went. */
export interface SoakVerdict {
  readonly measure: string
  /** Median of the first half after the warm-up. */
  readonly first: number
  /** Median of the second half. */
  readonly second: number
  /** What the second may be. */
  readonly allowed: number
  readonly isFlat: boolean
}

type Measure = Exclude<keyof SoakSample, 'runs'>

/** Samples at the beginning that do not count: caches fill, threads start, what is kept fills up. */
const warmUpShare = 0.3

/**
 * What a measure may grow by from the first half to the second: a share, and an amount for what is small. A
 * leak of a run's worth each run is many times that.
 */
const tolerances: Readonly<Record<Measure, { readonly share: number; readonly amount: number }>> = {
  heapBytes: { share: 0.05, amount: 1_000_000 },
  // Within minutes it moves by a hundred megabytes that are nobody's: heaps of threads that are collected late,
  // what the allocator gives back late, compiled code. What leaks shows in the heap, or here over an hour.
  residentBytes: { share: 0.4, amount: 8_000_000 },
  handles: { share: 0, amount: 3 },
  openFiles: { share: 0, amount: 3 },
  threads: { share: 0, amount: 2 },
  storeBytes: { share: 0.05, amount: 300_000 },
  logBytes: { share: 0.1, amount: 4_000_000 },
}

/** Compares the second half of the samples with the first, by the median, for single samples are noisy. */
export function judgeSoak(samples: readonly SoakSample[]): SoakVerdict[] {
  const counted = samples.slice(Math.floor(samples.length * warmUpShare))
  const half = Math.floor(counted.length / 2)
  return measures.map((measure) => {
    const first = median(counted.slice(0, half).map((sample) => sample[measure]))
    const second = median(counted.slice(-half).map((sample) => sample[measure]))
    const { share, amount } = tolerances[measure]
    const allowed = first + Math.max(first * share, amount)
    return { measure, first, second, allowed, isFlat: second <= allowed }
  })
}

const measures: readonly Measure[] = [
  'heapBytes',
  'residentBytes',
  'handles',
  'openFiles',
  'threads',
  'storeBytes',
  'logBytes',
]

function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2
}

/** The verdicts as a table in Markdown. */
export function soakTable(verdicts: readonly SoakVerdict[]): string {
  const rows = verdicts.map(({ measure, first, second, allowed, isFlat }) => {
    const shown = (value: number): string =>
      measure.endsWith('Bytes') ? `${(value / 1_000_000).toFixed(2)} MB` : String(value)
    const growth = first === 0 ? 0 : (100 * (second - first)) / first
    return `| ${measure} | ${shown(first)} | ${shown(second)} | ${growth.toFixed(1)} % | ${shown(allowed)} | ${isFlat ? 'yes' : 'NO'} |`
  })
  return [
    '| measure | first half | second half | growth | allowed | flat |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n')
}
