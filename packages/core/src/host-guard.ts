// A callback that takes longer has most likely hung; the run does not wait for it anyway.
const hungAfterMs = 30_000

/** Calls the host's code so that it cannot touch the run. */
export interface HostGuard {
  /** Calls back; what it throws, or what a promise of it rejects with, is reported, not thrown. */
  call(name: string, callback: () => unknown): void
  /** Ends timers. */
  close(): void
}

/** `report` hears of each name that fails or hangs, once. */
export function createHostGuard(report: (name: string, error: unknown) => void): HostGuard {
  const reported = new Set<string>()
  const timers = new Set<NodeJS.Timeout>()

  const failed = (name: string, error: unknown): void => {
    if (reported.has(name)) return
    reported.add(name)
    report(name, error)
  }

  const watch = (name: string, result: PromiseLike<unknown>): void => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      failed(name, new Error(`It has not returned for ${hungAfterMs / 1000} s.`))
    }, hungAfterMs)
    timer.unref()
    timers.add(timer)
    const settled = (): void => {
      clearTimeout(timer)
      timers.delete(timer)
    }
    result.then(settled, (error: unknown) => {
      settled()
      failed(name, error)
    })
  }

  return {
    call(name, callback) {
      try {
        const result = callback()
        if (isPromise(result)) watch(name, result)
      } catch (error) {
        failed(name, error)
      }
    },
    close() {
      for (const timer of timers) clearTimeout(timer)
      timers.clear()
    },
  }
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  )
}
