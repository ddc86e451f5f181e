import { decode } from '@cairn/protocol'
import { z } from 'zod'
import { ProblemError } from './problem-error.ts'

/** Most members that a problem lists. */
const mostErrors = 50

/** The value of a query or a body. @throws ProblemError 422 that says what is wrong, member by member */
export function decodeInput<Schema extends z.core.$ZodType>(
  schema: Schema,
  wire: unknown,
  place: 'query' | 'body',
): z.output<Schema> {
  try {
    return decode(schema, wire)
  } catch (error) {
    if (!(error instanceof z.core.$ZodError)) throw error
    throw new ProblemError(422, `The ${place} is not of the documented shape.`, {
      errors: error.issues.slice(0, mostErrors).map(({ path, message }) => ({
        path: path.map(String).join('.'),
        message,
      })),
    })
  }
}
