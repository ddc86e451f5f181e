import { goOnAndCompare, runInPlace, type Try } from './broken-run.ts'
import type { Fault } from './fault.ts'
import { tryEach } from './outcome.ts'
import { type PreparedRun, prepareRun } from './prepared-run.ts'
import type { BreakPoint } from './started-process.ts'

const msPerDay = 86_400_000

const stages = ['analyzing', 'parsing', 'embedding', 'storing', 'validating'] as const

function jumpAt(stage: (typeof stages)[number], days: number): BreakPoint {
  return { break: 'clock', event: 'stage.started', stage, jumpMs: days * msPerDay }
}

/**
 * The clock is set while a run goes on: forward by a day and by more than a year, after which old tasks are
 * dropped, and back. The run has to complete, with figures that can be and the order of its events kept.
 */
export const clock: Fault = {
  name: 'clock',
  async run({ form, signal }) {
    const prepared = await prepareRun(20, 40, signal)
    const jumps =
      form === 'long'
        ? stages.flatMap((stage) => [-400, -1, 1, 400].map((days) => jumpAt(stage, days)))
        : [jumpAt('parsing', 400), jumpAt('embedding', -1)]
    try {
      const outcome = await tryEach('the clock is set during a run', jumps, signal, (jump) =>
        jumped(prepared, jump, signal),
      )
      return [{ ...outcome, redonePercent: null, overdone: null }]
    } finally {
      await prepared.remove()
    }
  },
}

async function jumped(prepared: PreparedRun, jump: BreakPoint, signal: AbortSignal): Promise<Try> {
  const days = (jump.jumpMs ?? 0) / msPerDay
  const what = `${days} days as ${jump.stage} starts`
  const { place, report } = await runInPlace(
    prepared,
    { breaks: [jump], dropTasksOlderThanHours: 24 },
    signal,
  )
  if (report.ended === null) throw new Error(`The clock was not set: ${what}.`)
  const result = await goOnAndCompare(prepared, place, report, what, signal)
  const odd = [...result.differences]
  // It had completed: there was nothing to go on with.
  if (!report.completed) odd.push(`the run ended: ${report.error?.message}`)
  const seconds = report.durationSeconds ?? -1
  if (seconds < 0 || seconds > 3_600) odd.push(`the run says that it took ${seconds} s`)
  return { ...result, differences: odd }
}
