import { type IndexEvent, isAtLeast, logEntry } from '@cairn/protocol'
import type { Logger } from './options.ts'

/** Gives an event to the host's logger, at the level that its log entry has. */
export function logEvent(logger: Logger, event: IndexEvent): void {
  const entry = logEntry(event)
  if (!entry) return
  const { level, message, details, stage } = entry
  const bindings = { taskId: event.taskId, runId: event.runId, stage, ...details }
  if (isAtLeast(level, 'ERROR')) logger.error(bindings, message)
  else if (isAtLeast(level, 'WARNING')) logger.warn(bindings, message)
  else if (isAtLeast(level, 'INFO')) logger.info(bindings, message)
  else logger.debug(bindings, message)
}
