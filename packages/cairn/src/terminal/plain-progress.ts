import { isTerminal, type StatusDocument } from '@cairn/protocol'
import { counted, percent, seconds, secondsRange } from './amounts.ts'
import { printable } from './printable.ts'
import type { Progress, ProgressOptions } from './progress.ts'
import { stageItems, stageRate } from './progress-lines.ts'

const looksEveryMs = 200
const linesEveryMs = 5_000

/** What {@link plainLines} has said already. */
export interface PlainState {
  readonly started: number
  readonly ended: number
  readonly health: string
}

/** The state before the first line. */
export const plainStart: PlainState = { started: 0, ended: 0, health: 'ok' }

/** Lines for what has happened since `said`: a line at each stage's start and end, and of each change of health. */
export function plainLines(
  status: StatusDocument,
  said: PlainState,
): { readonly lines: readonly string[]; readonly said: PlainState } {
  const lines: string[] = []
  let { started, ended } = said
  for (const [at, stage] of status.stageHistory.entries()) {
    if (at >= started) {
      lines.push(`${stage.stage}: started`)
      started = at + 1
    }
    if (at >= ended && stage.completedAt !== null) {
      const time = seconds((stage.completedAt.getTime() - stage.startedAt.getTime()) / 1000)
      const items = stageItems({ ...stage, totalItems: null })
      lines.push(
        stage.errorMessage === null
          ? `${stage.stage}: done in ${time}${items === null ? '' : `, ${items}`}`
          : `${stage.stage}: ${printable(stage.errorMessage)}`,
      )
      ended = at + 1
    }
  }
  const health = status.health.state
  if (health !== said.health && !isTerminal(status.status)) {
    const detail = status.health.detail === null ? '' : `: ${printable(status.health.detail)}`
    lines.push(`health: ${health}${detail}`)
  }
  return { lines, said: { started, ended, health } }
}

/** One line about the stage under way; null where none is. */
export function plainTick(status: StatusDocument): string | null {
  const stage = status.currentStageProgress
  if (stage === null || isTerminal(status.status)) return null
  const pieces = [percent(stage.progressPercentage), stageItems(stage), stageRate(status)]
  if (status.eta !== null) {
    pieces.push(`${secondsRange(status.eta.lowSeconds, status.eta.highSeconds)} left`)
  }
  if (status.errorsCount > 0) pieces.push(counted(status.errorsCount, 'error'))
  if (status.currentFile !== null) pieces.push(printable(status.currentFile))
  return `${stage.stage}: ${pieces.filter((piece) => piece !== null).join(', ')}`
}

/** Progress as lines one below the other, for a log file or a pipe. */
export function createPlainProgress({ status, stream, now }: ProgressOptions): Progress {
  let said = plainStart
  let lastAt = now().getTime()

  const write = (line: string): void => {
    stream.write(`${line}\n`)
    lastAt = now().getTime()
  }

  const look = (): void => {
    const current = status()
    if (current === null) return
    const next = plainLines(current, said)
    said = next.said
    for (const line of next.lines) write(line)
    if (now().getTime() - lastAt >= linesEveryMs) {
      const line = plainTick(current)
      if (line !== null) write(line)
    }
  }

  const timer = setInterval(look, looksEveryMs)
  return {
    note: write,
    stop() {
      clearInterval(timer)
      look()
    },
  }
}
