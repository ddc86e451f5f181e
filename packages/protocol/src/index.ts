/**
 * What crosses a boundary of cairn: the schemas and types of events, status, logs, metrics, messages
 * and routes, the codec between process and wire, and the fold from events to status. Runs in a
 * browser; depends on zod only.
 *
 * @packageDocumentation
 */

export * from './about-repository.ts'
export { decode, type EncodeOptions, encode, type JsonValue } from './codec.ts'
export * from './control.ts'
export { type ErrorCode, errorCodes } from './error-codes.ts'
export * from './events.ts'
export * from './files.ts'
export { foldStatus } from './fold-status.ts'
export * from './health.ts'
export * from './indexing-error.ts'
export { initialStatus } from './initial-status.ts'
export { listedProblems } from './listed-problems.ts'
export { logEntry } from './log-entry.ts'
export * from './log-levels.ts'
export * from './logs.ts'
export * from './metrics.ts'
export * from './plan.ts'
export * from './problem.ts'
export * from './queries.ts'
export { readTaskList } from './read-task-list.ts'
export { refSchema } from './ref.ts'
export * from './repositories.ts'
export { repositoryNameSchema } from './repository-name.ts'
export * from './requested-run.ts'
export * from './routes.ts'
export { type Eta, etaSchema } from './scalars.ts'
export * from './search.ts'
export * from './socket-messages.ts'
export * from './source-description.ts'
export * from './stage-schemas.ts'
export * from './stages.ts'
export * from './status.ts'
export type * from './status-source.ts'
export * from './symbol-kinds.ts'
export { taskSummary } from './task-summary.ts'
export * from './tasks.ts'
export { wireSchema } from './wire-schema.ts'
