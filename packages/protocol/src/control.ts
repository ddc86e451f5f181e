import { z } from 'zod'
import { aboutRepositoryShape } from './about-repository.ts'
import { refSchema } from './ref.ts'
import { repositoryNameSchema } from './repository-name.ts'
import { priorities } from './requested-run.ts'
import { countSchema, percentSchema, secondsSchema } from './scalars.ts'
import { taskStatusSchema } from './stage-schemas.ts'
import { type StatusDocument, statusDocumentSchema } from './status.ts'

/** Body of `POST /repository`. */
export const repositoryRequestSchema = z.object({
  name: repositoryNameSchema,
  url: z.string().min(1),
  /** The remote's default branch where it is absent. */
  branch: refSchema.nullish(),
  ...aboutRepositoryShape,
  priority: z.enum(priorities).nullish(),
})
/** Body of `POST /repository`. */
export type RepositoryRequest = z.infer<typeof repositoryRequestSchema>

/** Body of `POST /repository/local`. */
export const localRepositoryRequestSchema = z.object({
  name: repositoryNameSchema,
  /** Only below the roots that the host allows. */
  localPath: z.string().min(1),
  /** The working tree as it stands where it is absent. */
  branch: refSchema.nullish(),
  ...aboutRepositoryShape,
  priority: z.enum(priorities).nullish(),
})
/** Body of `POST /repository/local`. */
export type LocalRepositoryRequest = z.infer<typeof localRepositoryRequestSchema>

/** Body of `POST /bulk`. */
export const bulkRequestSchema = z.object({
  repositories: z.array(repositoryRequestSchema).min(1),
  /** Runs at the same time. */
  maxConcurrent: z.int().min(1).max(20).nullish(),
})
/** Body of `POST /bulk`. */
export type BulkRequest = z.infer<typeof bulkRequestSchema>

/** A task that was accepted. */
export const acceptedTaskSchema = z.object({
  taskId: z.string(),
  repositoryName: z.string(),
  status: taskStatusSchema,
  progress: percentSchema,
  processedFiles: countSchema,
  generatedChunks: countSchema,
  /** Seconds. */
  processingTime: secondsSchema,
  errorMessage: z.string().nullable(),
})
/** A task that was accepted. */
export type AcceptedTask = z.infer<typeof acceptedTaskSchema>

/** A task as the control routes answer it. */
export function acceptedTask(status: StatusDocument): AcceptedTask {
  return {
    taskId: status.taskId,
    repositoryName: status.repositoryName,
    status: status.status,
    progress: status.overallProgress,
    processedFiles: status.processedFiles,
    generatedChunks: status.generatedChunks,
    processingTime: status.processingTime,
    errorMessage: status.errorMessage,
  }
}

/** Answer of `POST /bulk`: a task for each repository, in the order of the request. */
export const bulkAnswerSchema = z.object({
  tasks: z.array(acceptedTaskSchema),
  total: countSchema,
})
/** Answer of `POST /bulk`. */
export type BulkAnswer = z.infer<typeof bulkAnswerSchema>

/** Answer of cancel, pause and resume: the task as it was when the command was taken. */
export const commandAnswerSchema = statusDocumentSchema
  .pick({ taskId: true, repositoryName: true, status: true, currentStage: true })
  .extend({ message: z.string() })
/** Answer of cancel, pause and resume. */
export type CommandAnswer = z.infer<typeof commandAnswerSchema>

/** Answer of `POST /optimize`. */
export const optimizeAnswerSchema = z.object({
  /** The stores that were looked after. */
  stores: z.array(z.string()),
  sizeBytesBefore: countSchema.nullable(),
  sizeBytesAfter: countSchema.nullable(),
  /** Seconds. */
  duration: secondsSchema,
})
/** Answer of `POST /optimize`. */
export type OptimizeAnswer = z.infer<typeof optimizeAnswerSchema>

/** Answer of `POST /cleanup`. */
export const cleanupAnswerSchema = z.object({
  removedTasks: countSchema,
  olderThanHours: z.number().nonnegative(),
  timestamp: z.date(),
})
/** Answer of `POST /cleanup`. */
export type CleanupAnswer = z.infer<typeof cleanupAnswerSchema>
