import type { StatusClient } from '@cairn/client'
import type { LogEntry, LogListQuery } from '@cairn/protocol'
import { useCallback, useEffect, useRef, useState } from 'react'

/** Entries of a log as far as they were read. */
export interface LogPages {
  readonly entries: readonly LogEntry[]
  /** Entries that the filter matches on the server; null before the first answer. */
  readonly total: number | null
  readonly hasMore: boolean
  readonly isLoading: boolean
  readonly error: unknown
  /** Reads on; at the end, what has come since. */
  readonly more: () => void
}

const pageSize = 200

interface Reading {
  readonly entries: readonly LogEntry[]
  readonly total: number | null
  readonly cursor: string | null
  readonly isLoading: boolean
  readonly error: unknown
}

const nothing: Reading = { entries: [], total: null, cursor: null, isLoading: true, error: null }

/**
 * The log of a task, page by page. At its end `more` asks for what is newer than the last entry, and takes out
 * those of the same moment that are there already.
 *
 * @param filter the same object as long as it is the same filter
 * @param accept which entries are shown, where the server cannot tell them apart; pages are read until there is
 * one
 */
export function useLogPages(
  client: StatusClient,
  taskId: string,
  filter: LogListQuery,
  accept: (entry: LogEntry) => boolean,
): LogPages {
  const [reading, setReading] = useState<Reading>(nothing)
  const running = useRef<AbortController | null>(null)
  const current = useRef(reading)
  current.current = reading

  const read = useCallback(
    async (from: Reading) => {
      if (running.current !== null) return
      const controller = new AbortController()
      running.current = controller
      const { signal } = controller
      setReading({ ...from, isLoading: true, error: null })
      try {
        const next = await readOn(client, taskId, filter, accept, from, signal)
        if (!signal.aborted) setReading(next)
      } catch (error) {
        if (!signal.aborted) setReading({ ...from, isLoading: false, error })
      }
      if (running.current === controller) running.current = null
    },
    [client, taskId, filter, accept],
  )

  useEffect(() => {
    void read(nothing)
    return () => {
      running.current?.abort()
      running.current = null
    }
  }, [read])

  const more = useCallback(() => void read(current.current), [read])
  const { entries, total, cursor, isLoading, error } = reading
  return { entries, total, hasMore: cursor !== null, isLoading, error, more }
}

async function readOn(
  client: StatusClient,
  taskId: string,
  filter: LogListQuery,
  accept: (entry: LogEntry) => boolean,
  from: Reading,
  signal: AbortSignal,
): Promise<Reading> {
  const last = from.entries.at(-1)
  const query: LogListQuery = { ...filter, limit: pageSize }
  if (from.cursor !== null) query.cursor = from.cursor
  else if (last) query.since = last.timestamp
  const isFollowUp = from.cursor === null && last !== undefined
  const known = new Set(
    isFollowUp
      ? from.entries.filter(({ timestamp }) => +timestamp === +last.timestamp).map(keyOf)
      : [],
  )
  const entries: LogEntry[] = []
  let total = from.total
  let cursor: string | null = null
  for await (const page of client.logs(taskId, query, { signal })) {
    const fresh = page.logs.filter((entry) => accept(entry) && !known.has(keyOf(entry)))
    entries.push(...fresh)
    total = isFollowUp ? (from.total ?? 0) + fresh.length : page.totalLogs
    cursor = page.nextCursor
    if (entries.length > 0) break
  }
  return {
    entries: entries.length > 0 ? [...from.entries, ...entries] : from.entries,
    total,
    cursor,
    isLoading: false,
    error: null,
  }
}

function keyOf({ timestamp, level, message }: LogEntry): string {
  return `${+timestamp} ${level} ${message}`
}
