import { useState } from 'react'

/** One call to the server at a time, as far as it is. */
export interface Sending {
  readonly isSending: boolean
  /** What the last one failed with; null where it did not, or is under way. */
  readonly error: unknown
  send(call: () => Promise<void>): Promise<void>
  /** Takes note of the error: it is no longer shown. */
  forget(): void
}

/** What a form or a button needs to send something, and to tell where it was not done. */
export function useSending(): Sending {
  const [isSending, setIsSending] = useState(false)
  const [error, setError] = useState<unknown>(null)
  return {
    isSending,
    error,
    async send(call) {
      setIsSending(true)
      setError(null)
      try {
        await call()
      } catch (failure) {
        setError(failure)
      }
      setIsSending(false)
    },
    forget: () => setError(null),
  }
}
