import { useSyncExternalStore } from 'react'

const intervalMs = 10_000

const listeners = new Set<() => void>()
let times = 0
let timer: ReturnType<typeof setInterval> | undefined

function tick(): void {
  if (document.visibilityState !== 'visible') return
  times += 1
  for (const listener of listeners) listener()
}

function subscribe(onChange: () => void): () => void {
  listeners.add(onChange)
  if (timer === undefined) {
    timer = setInterval(tick, intervalMs)
    addEventListener('focus', tick)
    document.addEventListener('visibilitychange', tick)
  }
  return () => {
    listeners.delete(onChange)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
    removeEventListener('focus', tick)
    document.removeEventListener('visibilitychange', tick)
  }
}

/**
 * A number that grows when it is time to ask again for what the server tells nobody of its own accord: every few
 * seconds while the page is in sight, and at once when someone comes back to it.
 */
export function useAgain(): number {
  return useSyncExternalStore(subscribe, () => times)
}
