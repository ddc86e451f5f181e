import { useEffect, useState } from 'react'

/** A value once it has not changed for a moment: for what is asked of a server while someone types. */
export function useSettled<Value>(value: Value, delayMs: number = 250): Value {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), delayMs)
    return () => clearTimeout(timer)
  }, [value, delayMs])
  return settled
}
