import { z } from 'zod'
import { logLevelSchema } from './logs.ts'
import { stageSchema, taskStatusSchema } from './stage-schemas.ts'

/** A whole number in a query string, from `min` to `max`. */
function queryInteger(min: number, max: number) {
  return z.codec(z.string().regex(/^\d{1,15}$/, 'Not a whole number.'), z.int().min(min).max(max), {
    decode: Number,
    encode: String,
  })
}

/** Values separated by commas. */
function queryList<Item extends z.ZodEnum>(item: Item) {
  return z.codec(z.string(), z.array(item).min(1), {
    decode: (text) => text.split(',') as z.input<Item>[],
    encode: (items) => items.join(','),
  })
}

const queryBoolean = z.stringbool({
  truthy: ['true'],
  falsy: ['false'],
  case: 'sensitive',
})

/** A level in any case. */
const queryLevel = z.codec(z.string(), logLevelSchema, {
  decode: (text) => text.toUpperCase() as z.infer<typeof logLevelSchema>,
  encode: (level) => level,
})

const paging = {
  limit: queryInteger(1, 1_000).optional(),
  /** The `nextCursor` of the page before. */
  cursor: z.string().min(1).optional(),
}

/** Query of `GET /status`. */
export const taskListQuerySchema = z.object({
  /** Statuses, separated by commas. */
  status: queryList(taskStatusSchema).optional(),
  repository: z.string().min(1).optional(),
  ...paging,
})
/** Query of `GET /status`. */
export type TaskListQuery = z.infer<typeof taskListQuerySchema>

/** Query of `GET /status/{task_id}/logs`. */
export const logListQuerySchema = z.object({
  /** The least severe level, in any case. */
  level: queryLevel.optional(),
  stage: stageSchema.optional(),
  /** Path of a file. */
  file: z.string().min(1).optional(),
  /** Text that the message contains, whatever its case. */
  q: z.string().min(1).optional(),
  since: z.date().optional(),
  until: z.date().optional(),
  ...paging,
})
/** Query of `GET /status/{task_id}/logs`. */
export type LogListQuery = z.infer<typeof logListQuerySchema>

/** Query of `GET /repositories`. */
export const repositoryListQuerySchema = z.object({
  offset: queryInteger(0, 1e15 - 1).optional(),
  limit: queryInteger(1, 1_000).optional(),
})
/** Query of `GET /repositories`. */
export type RepositoryListQuery = z.infer<typeof repositoryListQuerySchema>

/** Query of the streams: where to go on. */
export const streamQuerySchema = z.object({
  /** The last `seq` that was seen. */
  since: queryInteger(0, 1e15 - 1).optional(),
  /** The epoch that `since` belongs to. */
  epoch: z.string().min(1).optional(),
})
/** Query of the streams: where to go on. */
export type StreamQuery = z.infer<typeof streamQuerySchema>

/** Query of the routes that start a run. */
export const dryRunQuerySchema = z.object({
  /** Answers with the plan and starts nothing. */
  dryRun: queryBoolean.optional(),
})
/** Query of the routes that start a run. */
export type DryRunQuery = z.infer<typeof dryRunQuerySchema>

/** Query of `POST /cleanup`. */
export const cleanupQuerySchema = z.object({
  /** 24 where it is absent. */
  olderThanHours: queryInteger(0, 1_000_000).optional(),
})
/** Query of `POST /cleanup`. */
export type CleanupQuery = z.infer<typeof cleanupQuerySchema>
