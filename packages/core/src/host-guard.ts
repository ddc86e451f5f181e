// A callback that takes longer has most likely hung; the run does not wait for it anyway.
const hungAfterMs = 30_000

/** Calls the host's code so that it cannot touch the run. */
export interface HostGuard {
  /**
   * Calls back; what it throws, or what a promise of it rejects with, is reported, not thrown.
   * `host` is the function of the host that is called, where there may be several of a name.
   */
  call(name: string, callback: () => unknown, host?: object): void
  /** A guard that reports elsewhere, and ends with this one. */
  reporting(report: HostReport): HostGuard
  /** Ends timers. */
  close(): void
}

/** Hears of what the host's code did wrong. */
export type HostReport = (name: string, error: unknown) => void

/** `report` hears of each function of the host, or else of each name, that fails or hangs, once. */
export function createHostGuard(
  report: HostReport,
  timers: Set<NodeJS.Timeout> = new Set(),
): HostGuard {
  const reportedNames = new Set<string>()
  const reportedFunctions = new WeakSet<object>()

  const failed = (name: string, host: object | undefined, error: unknown): void => {
    if (host ? reportedFunctions.has(host) : reportedNames.has(name)) return
    if (host) reportedFunctions.add(host)
    else reportedNames.add(name)
    report(name, error)
  }

  const watch = (name: string, host: object | undefined, result: PromiseLike<unknown>): void => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      failed(name, host, new Error(`It has not returned for ${hungAfterMs / 1000} s.`))
    }, hungAfterMs)
    timer.unref()
    timers.add(timer)
    const settled = (): void => {
      clearTimeout(timer)
      timers.delete(timer)
    }
    result.then(settled, (error: unknown) => {
      settled()
      failed(name, host, error)
    })
  }

  return {
    call(name, callback, host) {
      try {
        const result = callback()
        if (isPromise(result)) watch(name, host, result)
      } catch (error) {
        failed(name, host, error)
      }
    },
    reporting: (elsewhere) => createHostGuard(elsewhere, timers),
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
