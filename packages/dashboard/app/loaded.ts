import { useEffect, useState } from 'react'

/** An answer of the server, as far as it is there. */
export interface Loaded<Value> {
  readonly value: Value | null
  readonly error: unknown
  readonly isLoading: boolean
}

/**
 * Asks the server, and again whenever `load` is another function. The last answer stays until the next is
 * there. Null asks for nothing.
 */
export function useLoaded<Value>(
  load: ((signal: AbortSignal) => Promise<Value>) | null,
): Loaded<Value> {
  const [loaded, setLoaded] = useState<Loaded<Value>>({
    value: null,
    error: null,
    isLoading: load !== null,
  })
  useEffect(() => {
    if (load === null) {
      setLoaded({ value: null, error: null, isLoading: false })
      return
    }
    const controller = new AbortController()
    const { signal } = controller
    setLoaded(({ value }) => ({ value, error: null, isLoading: true }))
    load(signal).then(
      (value) => {
        if (!signal.aborted) setLoaded({ value, error: null, isLoading: false })
      },
      (error: unknown) => {
        if (!signal.aborted) setLoaded({ value: null, error, isLoading: false })
      },
    )
    return () => controller.abort()
  }, [load])
  return loaded
}
