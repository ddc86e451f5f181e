import { z } from 'zod'
import { logLevels } from './log-levels.ts'
import { countSchema } from './scalars.ts'
import { stageSchema } from './stage-schemas.ts'

/** A level of a log. */
export const logLevelSchema = z.enum(logLevels)

/** One line of a task's log. */
export const logEntrySchema = z.object({
  timestamp: z.date(),
  level: logLevelSchema,
  stage: stageSchema,
  /** One sentence for a person. */
  message: z.string(),
  /** The fields of the event that the entry is derived from, as they stand on the wire. */
  details: z.record(z.string(), z.unknown()),
})
/** One line of a task's log. */
export type LogEntry = z.infer<typeof logEntrySchema>

/** Answer of `GET /status/{task_id}/logs`. */
export const logListSchema = z.object({
  taskId: z.string(),
  repositoryName: z.string(),
  /** The least severe level that was asked for. */
  logLevel: logLevelSchema,
  /** Entries that the filter matches, over all pages. */
  totalLogs: countSchema,
  /** Oldest first. */
  logs: z.array(logEntrySchema),
  /** Null at the end. */
  nextCursor: z.string().nullable(),
})
/** Answer of `GET /status/{task_id}/logs`. */
export type LogList = z.infer<typeof logListSchema>
