import { onAbort } from '@cairn/core/abortable'

/** Resolves after so many milliseconds, or rejects with the signal's reason as soon as it is aborted. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(signal.reason)
      return
    }
    const timer = setTimeout(() => {
      leave()
      resolve()
    }, milliseconds)
    const leave = onAbort(signal, () => {
      clearTimeout(timer)
      reject(signal.reason)
    })
  })
}
