import { z } from 'zod'
import { errorCodeSchema } from './indexing-error.ts'

/** Media type of {@link Problem}. */
export const problemMediaType = 'application/problem+json'

/** What went wrong with a request, as RFC 9457 describes it. */
export const problemSchema = z.object({
  /** A URI that identifies the kind of problem, or `about:blank`. */
  type: z.string(),
  title: z.string(),
  /** The HTTP status. */
  status: z.int().min(400).max(599),
  /** One sentence a person can act on. */
  detail: z.string(),
  /** A stable code, where the problem is an error of cairn. */
  code: errorCodeSchema.optional(),
  /** The task that is in the way, for 409. */
  taskId: z.string().optional(),
  /** What is wrong with a body or query, member by member; `path` as on the wire. */
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
})
/** What went wrong with a request, as RFC 9457 describes it. */
export type Problem = z.infer<typeof problemSchema>
