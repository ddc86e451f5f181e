import { z } from 'zod'

/** How many of something: a whole number from 0. */
export const countSchema = z.int().nonnegative()

/** 0–100. */
export const percentSchema = z.number().min(0).max(100)

/** A duration in seconds. */
export const secondsSchema = z.number().nonnegative()

/** How many of something a second. */
export const rateSchema = z.number().nonnegative()

/** How many of each, by name; the names are data. */
export const countsByNameSchema = z.record(z.string(), countSchema)

/** When the end is expected, as a range of seconds from now. */
export const etaSchema = z.object({
  lowSeconds: secondsSchema,
  highSeconds: secondsSchema,
  /** What the range was estimated from, for a person. */
  basis: z.string(),
})
/** When the end is expected, as a range of seconds from now; a range, not a promise. */
export type Eta = z.infer<typeof etaSchema>
