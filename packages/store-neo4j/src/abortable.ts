/**
 * What `start` gives, unless the signal is aborted before: then `stop` ends what was started, and the
 * signal's reason is thrown once that is done.
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
  const started = start()
  try {
    return await Promise.race([started, aborted])
  } catch (error) {
    // What was started fails because it was stopped: the reason is the signal's.
    return signal.aborted ? await aborted : Promise.reject(error)
  } finally {
    if (onAbort) signal.removeEventListener('abort', onAbort)
  }
}
