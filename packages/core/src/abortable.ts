/**
 * What `start` gives, unless the signal is aborted before: then `stop`, where there is one, ends what was
 * started, and the signal's reason is thrown once that is done.
 */
export async function abortable<T>(
  signal: AbortSignal | undefined,
  start: () => Promise<T>,
  stop: () => Promise<void> = () => Promise.resolve(),
): Promise<T> {
  signal?.throwIfAborted()
  if (!signal) return start()
  let onAbort: (() => void) | undefined
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => {
      const refuse = (): void => reject(signal.reason)
      stop().then(refuse, refuse)
    }
    signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([start(), aborted])
  } catch (error) {
    // What was started fails because it was stopped: the reason is the signal's.
    return signal.aborted ? await aborted : Promise.reject(error)
  } finally {
    if (onAbort) signal.removeEventListener('abort', onAbort)
  }
}

/**
 * Gives `work` a controller of its own, which the signal aborts too. It leaves nothing behind at the
 * signal: `AbortSignal.any` over one that lasts holds on to memory for every call (Node 20).
 */
export async function withOwnSignal<T>(
  signal: AbortSignal | undefined,
  work: (own: AbortController) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted()
  const own = new AbortController()
  const abort = (): void => own.abort(signal?.reason)
  signal?.addEventListener('abort', abort, { once: true })
  try {
    return await work(own)
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

/** A limit of time, and what happens at it. */
export interface TimeLimit {
  readonly timeoutMs: number
  /** Makes what is thrown when the time is over. */
  readonly timedOut: () => Error
}

/**
 * What `work` gives, or the signal's reason, or the error of the limit, whichever is first; whether or
 * not `work` listens to the signal that it gets. No timer outlasts it.
 */
export function withinTime<T>(
  signal: AbortSignal | undefined,
  { timeoutMs, timedOut }: TimeLimit,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return withOwnSignal(signal, async (own) => {
    const timer = setTimeout(() => own.abort(timedOut()), timeoutMs)
    try {
      return await abortable(own.signal, () => work(own.signal))
    } finally {
      clearTimeout(timer)
    }
  })
}
