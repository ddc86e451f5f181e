import { CancelledError } from '@cairn/core'

/** Two signals nearer than this are one Ctrl-C: a package manager passes on what its child got already. */
const sameKeyPressMs = 100

/** Watches for Ctrl-C and SIGTERM. */
export interface Interrupt {
  /** Aborted at the first signal. */
  readonly signal: AbortSignal
  /** Called at the first signal, before {@link signal} is aborted. */
  onFirst(callback: () => void): void
}

/** Starts to watch for as long as the process lives: the first signal asks the command to end cleanly, the second calls `exitNow`. */
export function watchInterrupts(exitNow: () => void): Interrupt {
  const controller = new AbortController()
  let firstAt: number | null = null
  let tell: (() => void) | null = null
  const onSignal = (): void => {
    const at = performance.now()
    if (firstAt === null) {
      firstAt = at
      tell?.()
      controller.abort(new CancelledError())
    } else if (at - firstAt > sameKeyPressMs) {
      exitNow()
    }
  }
  for (const name of ['SIGINT', 'SIGTERM']) process.on(name, onSignal)
  return {
    signal: controller.signal,
    onFirst(callback) {
      tell = callback
    },
  }
}
