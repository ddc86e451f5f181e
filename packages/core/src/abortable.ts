import { takeOut } from './take-out.ts'

interface Listeners {
  readonly all: { readonly listener: () => void }[]
  readonly leave: () => void
}

const listenersOf = new WeakMap<AbortSignal, Listeners>()

/**
 * Calls `listener`, which does not throw, when the signal is aborted, and gives what takes the listener away. One that
 * is aborted already calls nothing.
 *
 * However many listen, Node's list at the signal has one: what is taken off that list stays linked to what came
 * after it, and holds on to it (docs/decisions/0025).
 */
export function onAbort(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (!signal) return () => {}
  const listeners = listenersOf.get(signal) ?? listenTo(signal)
  const entry = { listener }
  listeners.all.push(entry)
  return () => {
    if (!takeOut(listeners.all, entry) || listeners.all.length > 0) return
    listeners.leave()
    listenersOf.delete(signal)
  }
}

function listenTo(signal: AbortSignal): Listeners {
  const all: Listeners['all'] = []
  const tell = (): void => {
    for (let next = all.shift(); next; next = all.shift()) next.listener()
  }
  signal.addEventListener('abort', tell, { once: true })
  const listeners = { all, leave: () => signal.removeEventListener('abort', tell) }
  listenersOf.set(signal, listeners)
  return listeners
}

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
  let leave = (): void => {}
  const aborted = new Promise<never>((_, reject) => {
    const refuse = (): void => reject(signal.reason)
    leave = onAbort(signal, () => void stop().then(refuse, refuse))
  })
  try {
    return await Promise.race([start(), aborted])
  } catch (error) {
    // What was started fails because it was stopped: the reason is the signal's.
    return signal.aborted ? await aborted : Promise.reject(error)
  } finally {
    leave()
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
  const leave = onAbort(signal, () => own.abort(signal?.reason))
  try {
    return await work(own)
  } finally {
    leave()
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
