import { availableParallelism, totalmem } from 'node:os'
import {
  logLevelSchema,
  priorities,
  repositoryNameSchema,
  type StatusListener,
  type StatusWatchOptions,
  stageSchema,
  type TaskSelection,
  taskStatusSchema,
} from '@cairn/protocol'
import { z } from 'zod'
import type { LogFilter, TaskFilter } from './contracts/journal.ts'
import { InvalidOptionsError } from './errors.ts'
import { containerBytes } from './memory-gate.ts'
import type {
  IndexerOptions,
  IndexRequest,
  Limits,
  Logger,
  PlanRequest,
  ResumeOptions,
  Retention,
  UpdateOptions,
} from './options.ts'

/** The limits of an indexer that sets none. */
function defaultLimits(): Required<Limits> {
  return {
    parseThreads: Math.min(4, availableParallelism()),
    parseTimeoutMs: 10_000,
    maxFileBytes: 1_048_576,
    maxFiles: 1_000_000,
    maxChunkCharacters: 2_000,
    embedTimeoutMs: 120_000,
    retries: 10,
    stallAfterMs: 30_000,
    memoryBytes: 0.9 * (containerBytes(totalmem()) ?? Number.POSITIVE_INFINITY),
    concurrentRuns: 2,
    clonesPerHost: 2,
  }
}

/** What an indexer keeps that says nothing about it. */
const defaultRetention: Required<Retention> = {
  tasksPerRepository: 100,
  taskDays: 90,
  eventBytes: 268_435_456,
  spareVectorBytes: 134_217_728,
  cloneBytes: 10_737_418_240,
}

/** A logger that says nothing. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} }

const positive = z.int().min(1)

const limitsSchema = z.strictObject({
  parseThreads: positive.max(64).optional(),
  parseTimeoutMs: positive.optional(),
  maxFileBytes: positive.optional(),
  maxFiles: positive.optional(),
  maxChunkCharacters: z.int().min(200).max(100_000).optional(),
  embedTimeoutMs: positive.optional(),
  retries: z.int().min(0).max(100).optional(),
  stallAfterMs: positive.optional(),
  memoryBytes: positive.optional(),
  concurrentRuns: positive.max(64).optional(),
  clonesPerHost: positive.max(64).optional(),
})

const retentionSchema = z.strictObject({
  tasksPerRepository: positive.optional(),
  taskDays: z.number().min(0).max(100_000).optional(),
  eventBytes: z.int().min(0).optional(),
  spareVectorBytes: z.int().min(0).optional(),
  cloneBytes: z.int().min(0).optional(),
})

const objectWith = (...names: string[]): z.ZodType =>
  z.custom(
    (value) => typeof value === 'object' && value !== null && names.every((name) => name in value),
    `must be an object with ${names.join(', ')}`,
  )

const aFunction = z.custom((value) => typeof value === 'function', 'must be a function')

const indexerSchema = z.strictObject({
  storage: objectWith('journal', 'vectors', 'graph'),
  embedder: objectWith('id', 'fingerprint', 'dimensions', 'embedDocuments', 'embedQuery'),
  cloneDirectory: z.string().min(1),
  languages: z.array(objectWith('id', 'extensions')).optional(),
  limits: limitsSchema.optional(),
  retention: retentionSchema.optional(),
  logger: objectWith('debug', 'info', 'warn', 'error').optional(),
  auth: aFunction.optional(),
  resumeOnStart: z.boolean().optional(),
})

const globs = z.array(z.string().min(1)).optional()

const selection = {
  name: repositoryNameSchema.optional(),
  include: globs,
  exclude: globs,
  about: z
    .strictObject({
      businessDomain: z.string().nullish(),
      teamOwner: z.string().nullish(),
      isGoldenRepo: z.boolean().nullish(),
    })
    .optional(),
  priority: z.enum(priorities).optional(),
  signal: z.instanceof(AbortSignal).optional(),
}

const planSchema = z.object(selection)

const indexSchema = z.object({
  ...selection,
  group: z.strictObject({ id: z.string().min(1), concurrentRuns: z.int().min(1) }).optional(),
  onBusy: z.enum(['reject', 'wait', 'join', 'supersede']).optional(),
  onProgress: aFunction.optional(),
})

/** @throws InvalidOptionsError */
export function checkIndexerOptions(options: IndexerOptions): void {
  check('createIndexer', indexerSchema, options)
}

/** Limits with every default filled in. */
export function fillLimits(limits: Limits | undefined): Required<Limits> {
  return filled(defaultLimits(), limits)
}

/** What is kept, with every default filled in. */
export function fillRetention(retention: Retention | undefined): Required<Retention> {
  return filled(defaultRetention, retention)
}

function filled<Options extends object>(
  defaults: Required<Options>,
  options: Options | undefined,
): Required<Options> {
  const given = Object.entries(options ?? {}).filter(([, value]) => value !== undefined)
  return { ...defaults, ...Object.fromEntries(given) }
}

/**
 * Checks what is not the source's own; gives back the source apart.
 * @throws InvalidOptionsError
 */
export function splitRequest<R extends IndexRequest | PlanRequest>(
  what: 'index' | 'plan',
  request: R,
): { source: Record<string, unknown> } {
  check(what, what === 'index' ? indexSchema : planSchema, request)
  const own = new Set(Object.keys(what === 'index' ? indexSchema.shape : planSchema.shape))
  const entries = Object.entries(request).filter(
    ([key, value]) => !own.has(key) && value !== undefined,
  )
  return { source: Object.fromEntries(entries) }
}

const aText = z.string().min(1)
const page = { limit: z.int().min(1).max(1_000).optional(), cursor: z.string().optional() }

const ofRepositories = { repository: z.union([aText, z.array(aText)]).optional() }
const ofTasks = { ...ofRepositories, status: z.array(taskStatusSchema).optional() }
const selectionSchemas = {
  totals: z.strictObject(ofTasks),
  metrics: z.strictObject(ofRepositories),
}

const taskFilterSchema = z.strictObject({
  ...page,
  ...ofTasks,
  order: z.enum(['queued', 'ended']).optional(),
})

const watchSchema = z.strictObject({
  intervalMs: z.int().min(1).max(3_600_000).optional(),
  onAvailability: aFunction.optional(),
})

const cleanupSchema = z.strictObject({ olderThanHours: z.number().min(0).max(1_000_000) })

const logFilterSchema = z.strictObject({
  ...page,
  level: logLevelSchema.optional(),
  stage: stageSchema.optional(),
  file: z.string().optional(),
  query: z.string().optional(),
  since: z.date().optional(),
  until: z.date().optional(),
})

const callSchema = z.strictObject({
  signal: z.instanceof(AbortSignal).optional(),
  repair: z.boolean().optional(),
})

const resumeSchema = z.strictObject({
  auth: aFunction.optional(),
  onProgress: aFunction.optional(),
  signal: z.instanceof(AbortSignal).optional(),
})

const updateSchema = resumeSchema.extend({
  priority: z.enum(priorities).optional(),
  onBusy: z.enum(['reject', 'wait']).optional(),
})

/** @throws InvalidOptionsError */
export function checkResume(options: ResumeOptions): void {
  check('resume', resumeSchema, options)
}

/** @throws InvalidOptionsError */
export function checkUpdate(options: UpdateOptions): void {
  check('update', updateSchema, options)
}

/** @throws InvalidOptionsError for an argument that is not a text, or an empty one */
export function checkText(what: string, value: string): void {
  check(what, aText, value)
}

/** @throws InvalidOptionsError */
export function checkTaskFilter(filter: TaskFilter): void {
  check('tasks', taskFilterSchema, filter)
}

/** @throws InvalidOptionsError */
export function checkTaskSelection(what: 'totals' | 'metrics', selection: TaskSelection): void {
  check(what, selectionSchemas[what], selection)
}

/** @throws InvalidOptionsError */
export function checkWatch(listener: StatusListener, options: StatusWatchOptions): void {
  check('watch', aFunction, listener)
  check('watch', watchSchema, options)
}

/** @throws InvalidOptionsError */
export function checkCleanup(options: { readonly olderThanHours: number }): void {
  check('cleanup', cleanupSchema, options)
}

/** @throws InvalidOptionsError */
export function checkLogFilter(filter: LogFilter): void {
  check('logs', logFilterSchema, filter)
}

/** @throws InvalidOptionsError */
export function checkCall(what: string, options: { signal?: AbortSignal }): void {
  check(what, callSchema, options)
}

function check(what: string, schema: z.ZodType, value: unknown): void {
  const parsed = schema.safeParse(value)
  if (parsed.success) return
  throw new InvalidOptionsError(`${what}: ${inOneLine(parsed.error)}`, {
    cause: parsed.error,
  })
}

/** What is wrong, in one line: messages are shown in terminals and logs. */
export function inOneLine(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ')
}
