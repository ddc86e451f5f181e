import type { Health } from '@cairn/protocol'

/** Watches that a run gets on. */
export interface Watchdog {
  /** Something was done; `perSecond` is the rate of the stage now, null where it has none. */
  progressed(perSecond: number | null): void
  /** A stage began: its rate says nothing of the last one's. */
  stageStarted(): void
  /**
   * `waiter` waits for something outside, which `detail` names; null: it does no longer. The run waits as
   * long as anyone does, and says what the one who began first waits for.
   */
  waiting(waiter: object, detail: string | null): void
  isWaiting(): boolean
  close(): void
}

const checkEveryMs = 1_000
// Slow: under a quarter of the fastest rate of the stage, for as long as it takes to be no hiccup.
const slowShare = 0.25
const slowAfterMs = 10_000

/** Calls `changed` whenever the health of a run is another than before. Starts as `ok`. */
export function createWatchdog(options: {
  readonly stallAfterMs: number
  readonly changed: (health: Health) => void
}): Watchdog {
  let state: Health['state'] = 'ok'
  let detail: string | null = null
  // How long is taken from a clock that nobody sets; when, for people, from the one that they see.
  let lastProgressMs = performance.now()
  let lastProgress = new Date()
  let fastest = 0
  let slowSinceMs: number | null = null
  let since = new Date()
  const waits = new Map<object, string>()

  const become = (next: Health['state'], nextDetail: string | null): void => {
    if (next === state && nextDetail === detail) return
    // Another detail is no other state: a wait that is told anew has lasted since it began.
    if (next !== state) since = new Date()
    state = next
    detail = nextDetail
    options.changed({ state, since: new Date(since), detail })
  }

  const check = (): void => {
    const now = performance.now()
    const [waitedFor] = waits.values()
    if (waitedFor !== undefined) {
      become('waiting', waitedFor)
    } else if (now - lastProgressMs >= options.stallAfterMs) {
      become('stalled', `Nothing has moved since ${lastProgress.toISOString()}.`)
    } else if (slowSinceMs !== null && now - slowSinceMs >= slowAfterMs) {
      become('slow', 'Going at less than a quarter of its earlier rate.')
    } else {
      become('ok', null)
    }
  }

  const moved = (): void => {
    lastProgressMs = performance.now()
    lastProgress = new Date()
  }

  const timer = setInterval(check, checkEveryMs)
  timer.unref()

  return {
    progressed(perSecond) {
      moved()
      if (perSecond !== null) {
        fastest = Math.max(fastest, perSecond)
        const isSlow = perSecond < fastest * slowShare
        slowSinceMs = isSlow ? (slowSinceMs ?? lastProgressMs) : null
      }
      if (state === 'stalled') check()
    },
    stageStarted() {
      moved()
      fastest = 0
      slowSinceMs = null
      check()
    },
    waiting(waiter, what) {
      if (what === null && !waits.delete(waiter)) return
      if (what !== null) waits.set(waiter, what)
      moved()
      check()
    },
    isWaiting: () => waits.size > 0,
    close: () => clearInterval(timer),
  }
}
