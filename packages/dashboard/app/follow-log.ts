import { useEffect, useRef } from 'react'
import type { LogPages } from './log-pages.ts'

/** Reads what has come since, while the task goes on and its log was read to the end. */
export function useFollowLog(pages: LogPages, seq: number): void {
  const { hasMore, isLoading, error, more } = pages
  const readAt = useRef(seq)
  useEffect(() => {
    if (hasMore || isLoading || error !== null || readAt.current === seq) return
    // Not with every update: once a second is as fast as anyone reads.
    const timer = setTimeout(() => {
      readAt.current = seq
      more()
    }, 1_000)
    return () => clearTimeout(timer)
  }, [hasMore, isLoading, error, more, seq])
}
