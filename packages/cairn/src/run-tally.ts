import type { IndexRun } from '@cairn/core'
import type { PlanTotals } from '@cairn/protocol'

/** A file that failed, and why. */
export interface FailedFile {
  readonly path: string
  readonly code: string
  readonly message: string
}

/** What the summary of a run says beside its result. */
export interface RunTally {
  /** Sums of the plan; null when the run ended before it was made. */
  plan(): PlanTotals | null
  /** The first files that failed, at most {@link mostFailedFiles}. */
  failed(): readonly FailedFile[]
}

/** How many failed files a summary names. */
const mostFailedFiles = 10

/** Listens to a run from its start, and keeps little of it. */
export function tallyRun(run: IndexRun): RunTally {
  let plan: PlanTotals | null = null
  const failed: FailedFile[] = []
  run.on('stage.completed', (event) => {
    plan = event.plan ?? plan
  })
  run.on('file.settled', (event) => {
    if (event.outcome !== 'failed' || failed.length >= mostFailedFiles) return
    failed.push({
      path: event.path,
      code: event.error?.errorType ?? 'INTERNAL',
      message: event.error?.errorMessage ?? event.detail ?? '',
    })
  })
  return { plan: () => plan, failed: () => failed }
}
