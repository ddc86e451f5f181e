import { nameOf } from './break-points.ts'
import type { Place, PreparedRun } from './prepared-run.ts'
import { type Redone, redoneWork } from './redone.ts'
import {
  type Assignment,
  type BreakPoint,
  type ProcessReport,
  startProcess,
} from './started-process.ts'

/** What came of one try. */
export interface Try {
  /** Where it was broken, for people. */
  readonly what: string
  readonly differences: readonly string[]
  readonly redone: Redone
  /** What the process said that went on. */
  readonly next: ProcessReport
}

/**
 * Starts again what was broken and lets it come to its end: while nothing runs, searches have to answer from
 * one state; then the task goes on, and what it leaves has to be what an uninterrupted run leaves.
 */
export async function goOnAndCompare(
  prepared: PreparedRun,
  place: Place,
  broken: ProcessReport,
  what: string,
  signal: AbortSignal,
): Promise<Try> {
  const { queries, uninterrupted, inFlight } = prepared
  const next = await startProcess({ ...place, resume: broken.taskId, queries }, signal).ended
  const odd: string[] = []
  if (!prepared.isWholeAnswer(JSON.stringify(next.hits))) odd.push('answers while it was down')
  if (!next.completed) odd.push(`the end of the run: ${next.error?.message}`)
  odd.push(...(await prepared.compare(place, next.taskId ?? '')))
  const redone = redoneWork({ whole: uninterrupted.work, inFlight }, broken.work, next.work)
  return { what, differences: odd, redone, next }
}

/** Kills a run at a point, and lets the next process go on. @throws where nothing was killed there. */
export async function killAndGoOn(
  prepared: PreparedRun,
  point: BreakPoint,
  signal: AbortSignal,
): Promise<Try> {
  const { place, report } = await runInPlace(prepared, { breaks: [point] }, signal)
  if (report.signal !== 'SIGKILL') throw new Error(`Nothing was killed ${nameOf(point)}.`)
  return goOnAndCompare(prepared, place, report, nameOf(point), signal)
}

/** Runs with something to break in it, in a place of its own, to its end. */
export async function runInPlace(
  prepared: PreparedRun,
  assignment: Partial<Assignment>,
  signal: AbortSignal,
): Promise<{ place: Place; report: ProcessReport }> {
  const place = await prepared.begin()
  const report = await startProcess({ ...place, ...assignment }, signal).ended
  return { place, report }
}
