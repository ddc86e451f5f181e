import { z } from 'zod'

/** Where the code of a run comes from, as plain data without credentials. */
export const sourceDescriptionSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('local'),
    path: z.string(),
    /** Null: the working tree as it stands. */
    ref: z.string().nullable(),
  }),
  z.object({
    kind: z.literal('remote'),
    /** Without credentials. */
    url: z.string(),
    /** Null: the remote's default branch. */
    ref: z.string().nullable(),
  }),
])
/** Where the code of a run comes from, as plain data without credentials. */
export type SourceDescription = z.infer<typeof sourceDescriptionSchema>
