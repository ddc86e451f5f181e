import { z } from 'zod'
import { fileCountsSchema, fileOutcomeSchema, planTotalsSchema, skipReasonSchema } from './files.ts'
import { healthSchema } from './health.ts'
import { indexingErrorSchema } from './indexing-error.ts'
import { requestedRunSchema } from './requested-run.ts'
import { countSchema, etaSchema, percentSchema, rateSchema, secondsSchema } from './scalars.ts'
import { sourceDescriptionSchema } from './source-description.ts'
import { stageSchema, stageUnitSchema, workingStageSchema } from './stage-schemas.ts'

function event<Type extends string, Shape extends z.core.$ZodLooseShape>(type: Type, shape: Shape) {
  return z.object({
    type: z.literal(type),
    taskId: z.string(),
    /** One task may be attempted more than once; each attempt is a run. */
    runId: z.string(),
    /** Position in the task's event log, from 1. */
    seq: z.int().min(1),
    at: z.date(),
    ...shape,
  })
}

/**
 * Everything that happens to a task, told apart by `type`. Events are the truth: the status document
 * is a fold of them. Progress events are coalesced before they are stored, the others never are.
 */
export const indexEventSchema = z.discriminatedUnion('type', [
  event('run.queued', {
    repository: z.string(),
    source: sourceDescriptionSchema,
    /** Absent in logs of before it was kept: the task then goes on with every default. */
    request: requestedRunSchema.optional(),
    /** Names the event log; given with `seq`, so that a fold of stored events has it. */
    epoch: z.string().optional(),
  }),
  event('run.started', {}),
  /** The run has ended and the task may go on later: by `run.resumed` of another run. */
  event('run.paused', { reason: z.string().nullable() }),
  /** Another run goes on with the task, which was paused, failed, cancelled or interrupted. */
  event('run.resumed', {}),
  /** The run failed and is tried again after `delayMs`; `attempt` is the number of the next one. */
  event('run.retrying', {
    attempt: z.int().min(1),
    delayMs: z.number().nonnegative(),
    error: indexingErrorSchema,
  }),
  event('run.completed', {
    files: fileCountsSchema,
    /** Chunks, symbols and edges of the repository as it is now. */
    chunks: countSchema,
    symbols: countSchema,
    edges: countSchema,
    durationSeconds: secondsSchema,
    freshness: z.object({ ref: z.string().nullable(), commit: z.string().nullable() }),
  }),
  event('run.failed', { error: indexingErrorSchema }),
  event('run.cancelled', { reason: z.string().nullable() }),
  event('stage.started', {
    stage: workingStageSchema,
    totalItems: countSchema.nullable(),
    unit: stageUnitSchema,
  }),
  event('stage.progressed', {
    stage: workingStageSchema,
    percent: percentSchema,
    processedItems: countSchema,
    totalItems: countSchema.nullable(),
    operation: z.string().nullable(),
    currentFile: z.string().nullable(),
    /** Chunks made so far while parsing, stored so far while storing; null where nothing counts them. */
    chunks: countSchema.nullable().optional(),
    filesPerSecond: rateSchema,
    chunksPerSecond: rateSchema,
    eta: etaSchema.nullable(),
  }),
  event('stage.completed', {
    stage: workingStageSchema,
    processedItems: countSchema,
    durationSeconds: secondsSchema,
    /** Set for `analyzing`. */
    plan: planTotalsSchema.nullable(),
  }),
  event('embedding.progressed', {
    totalChunks: countSchema,
    embeddedChunks: countSchema,
    /** Chunks whose vector was known from before. */
    reusedChunks: countSchema,
    /** Chunks per second. */
    embeddingRate: rateSchema,
    currentFile: z.string().nullable(),
    eta: etaSchema.nullable(),
  }),
  event('file.settled', {
    /** `/`-separated path within the repository. */
    path: z.string(),
    outcome: fileOutcomeSchema,
    language: z.string().nullable(),
    sizeBytes: countSchema.nullable(),
    chunks: countSchema,
    /** Set where the outcome is `skipped`. */
    reason: skipReasonSchema.nullable(),
    /** More about the reason, for a person. */
    detail: z.string().nullable(),
    error: indexingErrorSchema.nullable(),
  }),
  event('error.recorded', { error: indexingErrorSchema }),
  event('warning.recorded', {
    code: z.string(),
    message: z.string(),
    path: z.string().nullable(),
    stage: stageSchema,
  }),
  event('health.changed', { health: healthSchema }),
])

/** Everything that happens to a task, told apart by `type`. */
export type IndexEvent = z.infer<typeof indexEventSchema>

/** The name of an event. */
export type IndexEventType = IndexEvent['type']

/** The event of a name, for example `IndexEventOf<'stage.progressed'>`. */
export type IndexEventOf<Type extends IndexEventType> = Extract<IndexEvent, { type: Type }>

/** Each member of a union of events, without what the log gives it: its place, and the log's epoch. */
export type WithoutSeq<Event> = Event extends unknown ? Omit<Event, 'seq' | 'epoch'> : never

/** An event that has no place in a log yet. */
export type NewIndexEvent = WithoutSeq<IndexEvent>

/** Events by name for a typed emitter; `event` gets each of them. */
export type IndexEventMap = {
  [Type in IndexEventType]: [event: IndexEventOf<Type>]
} & { event: [event: IndexEvent] }

/** The name of every event, in the order of their definition. */
export const indexEventTypes: readonly IndexEventType[] = indexEventSchema.options.map(
  (option) => option.shape.type.value,
)
