import { type Eta, stageWeights, type WorkingStage, workingStages } from '@cairn/protocol'

/** What is known of a run when its end is estimated. */
export interface EtaInput {
  readonly stage: WorkingStage
  /** Share of the stage that is done, 0–1. */
  readonly share: number
  /** Seconds since the stage started. */
  readonly stageSeconds: number
  /** Items of the stage still to do and how fast they go now; null where the stage has no items. */
  readonly items: {
    readonly left: number
    readonly perSecond: number
    readonly spread: { readonly low: number; readonly high: number } | null
  } | null
  /** Seconds that the stages before this one took, of those that had something to do. */
  readonly finished: Partial<Record<WorkingStage, number>>
  /** Median seconds that the stages after this one took in earlier runs, per item of theirs. */
  readonly history: Partial<Record<WorkingStage, number>>
  /** Items that the later stages are expected to have. */
  readonly expectedItems: Partial<Record<WorkingStage, number>>
}

// Without a measured spread the estimate is off by about half in either direction.
const unmeasured = 0.5
const secondsBeforeFirstGuess = 1
// What these take goes with how much there is to index; to clone and to list goes with other things.
const comparable: readonly WorkingStage[] = ['parsing', 'embedding', 'storing']

/**
 * When the run ends, as a range of seconds from now; null while nothing is measured. The stage in
 * hand is extrapolated from its rate, later ones from earlier runs, or else from their usual share of what
 * this run took up to here.
 */
export function estimate(input: EtaInput): Eta | null {
  const current = currentStageSeconds(input)
  if (!current) return null
  let low = current.low
  let high = current.high
  const bases = [`rate of ${input.stage}`]
  const shares = usualShares(input, input.stageSeconds + (current.low + current.high) / 2)
  const later = workingStages.slice(workingStages.indexOf(input.stage) + 1)
  for (const stage of later) {
    const perItem = input.history[stage]
    const items = input.expectedItems[stage]
    const isMeasured = perItem !== undefined && items !== undefined
    const seconds = isMeasured
      ? [perItem * items]
      : shares.map((share) => share * stageWeights[stage])
    low += Math.min(...seconds) * unmeasured
    high += Math.max(...seconds) / unmeasured
    bases.push(isMeasured ? `earlier runs of ${stage}` : `usual share of ${stage}`)
  }
  return { lowSeconds: low, highSeconds: high, basis: bases.join(', ') }
}

/** Seconds for one of the weight of a stage, by the stage in hand and by those before it. */
function usualShares({ stage, finished }: EtaInput, stageTotal: number): number[] {
  const shares = [stageTotal / stageWeights[stage]]
  for (const before of comparable) {
    const seconds = finished[before]
    if (seconds !== undefined) shares.push(seconds / stageWeights[before])
  }
  return shares
}

function currentStageSeconds(input: EtaInput): { low: number; high: number } | null {
  const { items } = input
  if (items && items.left === 0) return { low: 0, high: 0 }
  if (items && items.perSecond > 0) {
    // The first items came after threads were started and grammars loaded: their rate says nothing yet.
    if (items.spread === null) return null
    const { low, high } = items.spread
    const fastest = Math.max(high, items.perSecond)
    const slowest = low > 0 ? Math.min(low, items.perSecond) : items.perSecond * unmeasured
    return { low: items.left / fastest, high: items.left / slowest }
  }
  if (input.share <= 0 || input.stageSeconds < secondsBeforeFirstGuess) return null
  const left = (input.stageSeconds * (1 - input.share)) / input.share
  return { low: left * unmeasured, high: left / unmeasured }
}
