import { z } from 'zod'
import { fileOutcomes, planTotalsSchema, skipReasonSchema } from './files.ts'
import { indexingErrorSchema } from './indexing-error.ts'
import { countSchema } from './scalars.ts'
import { sourceDescriptionSchema } from './source-description.ts'

/** What a run would do with each file. */
export const planDocumentSchema = z.object({
  repository: z.string(),
  source: sourceDescriptionSchema,
  totals: planTotalsSchema,
  files: z.array(
    z.object({
      path: z.string(),
      action: z.enum(['index', 'unchanged', 'skip', 'delete']),
      /** Set where the action is `skip`. */
      reason: skipReasonSchema.nullable(),
      language: z.string().nullable(),
      sizeBytes: countSchema.nullable(),
    }),
  ),
})
/** What a run would do with each file. */
export type PlanDocument = z.infer<typeof planDocumentSchema>

/** What became of one file and why. */
export const explanationSchema = z.object({
  repository: z.string(),
  path: z.string(),
  /** `unchanged` files are `indexed`; `unknown`: no run has met the path. */
  state: z.enum([...fileOutcomes, 'unknown']).exclude(['unchanged']),
  /** Set where the state is `skipped`. */
  reason: skipReasonSchema.nullable(),
  detail: z.string().nullable(),
  language: z.string().nullable(),
  sizeBytes: countSchema.nullable(),
  contentHash: z.string().nullable(),
  chunks: countSchema,
  symbols: countSchema,
  /** Whether the parser found syntax errors; the file is indexed all the same. */
  syntaxErrors: z.boolean(),
  error: indexingErrorSchema.nullable(),
  /** The task whose run last met the file. */
  taskId: z.string().nullable(),
  at: z.date().nullable(),
})
/** What became of one file and why. */
export type Explanation = z.infer<typeof explanationSchema>
