/**
 * The part of the protocol that folds events into a status, without the schemas: for threads that
 * check nothing, and for readers to whom zod is too much.
 *
 * @packageDocumentation
 */

export { foldStatus } from './fold-status.ts'
export { compareLevels, isAtLeast, type LogLevel, logLevels } from './log-levels.ts'
export { type LogLine, logLine } from './log-line.ts'
export { isTerminal, workingStages } from './stages.ts'
export { taskSummary } from './task-summary.ts'
