import type { Try } from './broken-run.ts'
import type { FaultOutcome } from './fault.ts'

const mostNotes = 10

/** A row of the table from a try at each point; an interrupted bench gives what it has till then. */
export async function tryEach<Point>(
  fault: string,
  points: readonly Point[],
  signal: AbortSignal,
  work: (point: Point) => Promise<Try>,
): Promise<FaultOutcome> {
  const tries: Try[] = []
  for (const point of points) {
    try {
      signal.throwIfAborted()
      tries.push(await work(point))
    } catch (error) {
      if (!signal.aborted) throw error
      return outcomeOf(fault, tries, [`interrupted after ${tries.length} of ${points.length}`])
    }
  }
  return outcomeOf(fault, tries)
}

/** A row of the table from its tries: the most work that was redone, and a note for each try that was not as it should be. */
export function outcomeOf(
  fault: string,
  tries: readonly Try[],
  notes: readonly string[] = [],
): FaultOutcome {
  const failures = tries.filter(({ differences }) => differences.length > 0)
  const excessive = tries.filter(({ redone }) => redone.excess.length > 0)
  return {
    fault,
    tries: tries.length,
    survived: tries.length - failures.length,
    lost: failures.reduce((sum, { differences }) => sum + differences.length, 0),
    redonePercent: tries.reduce((most, { redone }) => Math.max(most, redone.percent), 0),
    overdone: excessive.length,
    notes: [
      ...notes,
      ...failures
        .slice(0, mostNotes)
        .map(({ what, differences }) => `${what}: ${differences.slice(0, 5).join('; ')}`),
      ...excessive
        .slice(0, mostNotes)
        .map(({ what, redone }) => `${what}: ${redone.excess.join('; ')}`),
    ],
  }
}

/** Whether something was lost, or more was done again than may be. */
export function hasFailed({ tries, survived, lost, overdone }: FaultOutcome): boolean {
  return lost > 0 || survived < tries || (overdone ?? 0) > 0
}
