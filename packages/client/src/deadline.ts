import { StatusClientError } from './status-client-error.ts'

/**
 * Runs something that ends when its time is up, with a {@link StatusClientError} `TIMEOUT`, or when one of
 * the signals is aborted, with its reason.
 */
export async function withDeadline<Result>(
  timeoutMs: number,
  signals: readonly (AbortSignal | undefined)[],
  run: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  for (const signal of signals) signal?.throwIfAborted()
  const controller = new AbortController()
  const abort = (event: Event) => controller.abort((event.target as AbortSignal).reason)
  const timer = setTimeout(() => {
    const detail = `The status server did not answer within ${timeoutMs} ms.`
    controller.abort(new StatusClientError('TIMEOUT', detail))
  }, timeoutMs)
  for (const signal of signals) signal?.addEventListener('abort', abort)
  try {
    return await run(controller.signal)
  } finally {
    clearTimeout(timer)
    for (const signal of signals) signal?.removeEventListener('abort', abort)
  }
}
