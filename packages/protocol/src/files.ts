import { z } from 'zod'
import { countSchema, countsByNameSchema } from './scalars.ts'

/** Why a file is left out. */
export const skipReasons = [
  'binary',
  'too_large',
  'generated',
  'minified',
  'vendored',
  'lfs_pointer',
  'symlink',
  'submodule',
  'no_text',
  'excluded',
  'unreadable',
] as const
/** Why a file is left out; open like `errorCodeSchema`. */
export const skipReasonSchema = z.enum(skipReasons).meta({ isOpen: true })
/** Why a file is left out, one of {@link skipReasons}. */
export type SkipReason = z.infer<typeof skipReasonSchema>

/** What can become of a file in a run. */
export const fileOutcomes = ['indexed', 'unchanged', 'skipped', 'failed', 'deleted'] as const
/** What became of a file in a run. */
export const fileOutcomeSchema = z.enum(fileOutcomes)
/** What became of a file in a run, one of {@link fileOutcomes}. */
export type FileOutcome = z.infer<typeof fileOutcomeSchema>

/** How many files came to which end. */
export const fileCountsSchema = z.object({
  indexed: countSchema,
  unchanged: countSchema,
  skipped: countSchema,
  failed: countSchema,
  deleted: countSchema,
})
/** How many files came to which end; all but `deleted` add up to the files of the plan. */
export type FileCounts = z.infer<typeof fileCountsSchema>

/** The sums of a plan: fixed before work starts, the denominator of all progress. */
export const planTotalsSchema = z.object({
  /** Files of the tree: `index` + `unchanged` + `skip`. */
  files: countSchema,
  index: countSchema,
  unchanged: countSchema,
  skip: countSchema,
  /** Files of the last run that are no longer in the tree. */
  delete: countSchema,
  /** Bytes of the files that are not skipped; the two breakdowns are of the same files. */
  bytes: countSchema,
  filesByLanguage: countsByNameSchema,
  bytesByLanguage: countsByNameSchema,
  skippedByReason: countsByNameSchema,
})
/** The sums of a plan: fixed before work starts, the denominator of all progress. */
export type PlanTotals = z.infer<typeof planTotalsSchema>
