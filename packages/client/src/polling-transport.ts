import { StatusClientError, unreachable } from './status-client-error.ts'
import { endOf, type Transport } from './transport.ts'

/** What {@link pollingTransport} works with. */
export interface PollingOptions<Message> {
  readonly poll: (signal: AbortSignal) => Promise<Message>
  /** Milliseconds from an answer to the next request. */
  readonly intervalMs: number
}

/** Updates by asking again and again. */
export function pollingTransport<Message>(options: PollingOptions<Message>): Transport<Message> {
  const connect: Transport<Message>['connect'] = (listener) => {
    const controller = new AbortController()
    const { signal } = controller
    let timer: ReturnType<typeof setTimeout> | undefined

    const ask = async (): Promise<void> => {
      try {
        const message = await options.poll(signal)
        if (signal.aborted) return
        listener.onAlive()
        listener.onMessage(message)
        if (!signal.aborted) timer = setTimeout(ask, options.intervalMs)
      } catch (error) {
        if (signal.aborted) return
        controller.abort()
        listener.onEnd(endOf(StatusClientError.isInstance(error) ? error : unreachable(error)))
      }
    }

    ask()
    return {
      close() {
        controller.abort()
        clearTimeout(timer)
      },
    }
  }
  return { kind: 'polling', connect }
}
