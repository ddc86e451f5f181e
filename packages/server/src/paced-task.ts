import { isTerminal, type StatusDocument } from '@cairn/protocol'

/** The statuses of one task at a pace that readers can follow. */
export interface PacedTask {
  /** Takes the next status: passes it on at once where it is urgent, else when its turn comes. */
  next(status: StatusDocument): void
  /** Whether the last status was that of an ended task. */
  hasEnded(): boolean
  /** Lets go of a status that waits for its turn. */
  stop(): void
}

/**
 * Passes on one status in `intervalMs`, the newest, and every one with which the stage, the state or the
 * run of the task changes.
 */
export function createPacedTask(
  intervalMs: number,
  pass: (status: StatusDocument, isUrgent: boolean) => void,
): PacedTask {
  let last: StatusDocument | null = null
  let waiting: StatusDocument | null = null
  let timer: NodeJS.Timeout | null = null
  let passedAt = Number.NEGATIVE_INFINITY

  const stop = (): void => {
    if (timer) clearTimeout(timer)
    timer = null
    waiting = null
  }

  const passOn = (status: StatusDocument, isUrgent: boolean): void => {
    stop()
    passedAt = performance.now()
    pass(status, isUrgent)
  }

  return {
    next(status) {
      const isUrgent = last === null || differs(last, status)
      last = status
      const restMs = passedAt + intervalMs - performance.now()
      if (isUrgent || restMs <= 0) {
        passOn(status, isUrgent)
        return
      }
      waiting = status
      timer ??= setTimeout(() => {
        timer = null
        if (waiting) passOn(waiting, false)
      }, restMs).unref()
    },
    hasEnded: () => last !== null && isTerminal(last.status),
    stop,
  }
}

function differs(last: StatusDocument, next: StatusDocument): boolean {
  return (
    last.status !== next.status ||
    last.currentStage !== next.currentStage ||
    last.runId !== next.runId ||
    last.epoch !== next.epoch ||
    last.health.state !== next.health.state
  )
}
