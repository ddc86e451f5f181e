import { z } from 'zod'
import { repositoryAboutSchema } from './about-repository.ts'

/** Whose turn comes first where several runs wait, the first first. */
export const priorities = ['critical', 'high', 'medium', 'low'] as const

/** What narrows the files of a source, and how much of a remote one is fetched. */
export const sourceSelectionSchema = z.object({
  /** Globs; null: every file. */
  include: z.array(z.string()).nullable(),
  /** Globs; null: none. */
  exclude: z.array(z.string()).nullable(),
  /** Commits to fetch of a remote, or all of them; null: the newest. */
  depth: z.union([z.int().min(1), z.literal('full')]).nullable(),
})
/** What narrows the files of a source, and how much of a remote one is fetched. */
export type SourceSelection = z.infer<typeof sourceSelectionSchema>

/** What a task was asked beside its source, as plain data: enough to go on with it in another process. */
export const requestedRunSchema = sourceSelectionSchema.extend({
  priority: z.enum(priorities),
  /** What the host said about the repository; what it left out stays as it is. Null: nothing was said. */
  about: repositoryAboutSchema.nullable(),
})
/** What a task was asked beside its source, as plain data: enough to go on with it in another process. */
export type RequestedRun = z.infer<typeof requestedRunSchema>
