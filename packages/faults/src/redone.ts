import { stageWeights } from '@cairn/protocol'
import type { Work } from './started-process.ts'

/** What was done twice. */
export interface Redone {
  /** Of the run, weighed as its progress weighs its stages. */
  readonly percent: number
  /** What was done again beyond what may be, in sentences. */
  readonly excess: readonly string[]
}

const kinds = [
  { kind: 'files', what: 'files parsed', weight: stageWeights.parsing },
  { kind: 'texts', what: 'texts embedded', weight: stageWeights.embedding },
  { kind: 'rows', what: 'rows written', weight: stageWeights.storing },
] as const

// Of a run; where more is on its way at one time, that may be done again.
const mostShare = 0.02

/**
 * What two processes did together beyond what one does that nothing breaks. `inFlight` is what may be on
 * its way at one time.
 */
export function redoneWork(
  { whole, inFlight }: { readonly whole: Work; readonly inFlight: Work },
  first: Work,
  second: Work,
): Redone {
  const excess: string[] = []
  let again = 0
  let sum = 0
  for (const { kind, what, weight } of kinds) {
    const redone = Math.max(0, first[kind] + second[kind] - whole[kind])
    const most = Math.max(mostShare * whole[kind], inFlight[kind])
    // Also where one of them was never counted.
    if (!(redone <= most)) {
      excess.push(`${redone} of ${whole[kind]} ${what} again, where ${Math.floor(most)} may be`)
    }
    again += (weight * redone) / whole[kind]
    sum += weight
  }
  return { percent: (100 * again) / sum, excess }
}
