import { z } from 'zod'

/** The name of a branch, tag or commit, which Git is to take for neither an option nor several names. */
export const refSchema = z
  .string()
  .min(1, 'A branch, tag or commit must not be empty.')
  .refine((ref) => !/[\s\p{Cc}]/u.test(ref), 'A branch, tag or commit must not hold white space.')
  .refine((ref) => !ref.startsWith('-'), 'A branch, tag or commit must not begin with "-".')
