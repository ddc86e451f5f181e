import { encode } from './codec.ts'
import { type IndexEvent, indexEventSchema } from './events.ts'
import { logLine } from './log-line.ts'
import type { LogEntry } from './logs.ts'
import type { Stage } from './stages.ts'

/**
 * The log line of an event; null for the progress events, which only say how far things are.
 * `currentStage` is where the task is, for the events that do not say it themselves.
 */
export function logEntry(event: IndexEvent, currentStage: Stage = 'queued'): LogEntry | null {
  const line = logLine(event, currentStage)
  if (line === null) return null
  const { level, stage, message } = line
  return { timestamp: event.at, level, stage, message, details: detailsOf(event) }
}

const commonFields = new Set(['type', 'task_id', 'run_id', 'seq', 'at'])

function detailsOf(event: IndexEvent): Record<string, unknown> {
  const wire = encode(indexEventSchema, event) ?? {}
  return Object.fromEntries(Object.entries(wire).filter(([key]) => !commonFields.has(key)))
}
