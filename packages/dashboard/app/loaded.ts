import { useEffect, useRef, useState } from 'react'

/** An answer of the server, as far as it is there. */
export interface Loaded<Value> {
  readonly value: Value | null
  readonly error: unknown
  readonly isLoading: boolean
}

/**
 * Asks the server, and again whenever `load` is another function or `again` another value. The last answer stays
 * until the next is there; it also stays beside an error where the question was the same. Null asks for nothing.
 */
export function useLoaded<Value>(
  load: ((signal: AbortSignal) => Promise<Value>) | null,
  again?: unknown,
): Loaded<Value> {
  const [loaded, setLoaded] = useState<Loaded<Value>>({
    value: null,
    error: null,
    isLoading: load !== null,
  })
  const answered = useRef(load)
  useEffect(() => {
    if (load === null) {
      setLoaded({ value: null, error: null, isLoading: false })
      return
    }
    const controller = new AbortController()
    const { signal } = controller
    const isSame = answered.current === load
    setLoaded(({ value, error }) => ({ value, error: isSame ? error : null, isLoading: true }))
    load(signal).then(
      (value) => {
        if (!signal.aborted) setLoaded({ value, error: null, isLoading: false })
        answered.current = load
      },
      (error: unknown) => {
        if (signal.aborted) return
        setLoaded(({ value }) => ({ value: isSame ? value : null, error, isLoading: false }))
        answered.current = load
      },
    )
    return () => controller.abort()
  }, [load, again])
  return loaded
}
