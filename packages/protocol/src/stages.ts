/** The stages of a run, in order; `completed` and `failed` are its ends. */
export const stages = [
  'queued',
  'cloning',
  'analyzing',
  'parsing',
  'embedding',
  'storing',
  'validating',
  'completed',
  'failed',
] as const

/** Where a task is, one of {@link stages}; a cancelled or paused task stays in the stage it was in. */
export type Stage = (typeof stages)[number]

/** The stages in which work is done, in order. */
export const workingStages = [
  'cloning',
  'analyzing',
  'parsing',
  'embedding',
  'storing',
  'validating',
] as const

/** A stage in which work is done, one of {@link workingStages}. */
export type WorkingStage = (typeof workingStages)[number]

/** What each working stage counts for in the overall progress, in percent; they add up to 100. */
export const stageWeights: Readonly<Record<WorkingStage, number>> = {
  cloning: 5,
  analyzing: 5,
  parsing: 35,
  embedding: 30,
  storing: 20,
  validating: 5,
}

/** What a stage's items are. */
export const stageUnits = ['percent', 'objects', 'files', 'chunks', 'checks'] as const
/** What a stage's items are, one of {@link stageUnits}. */
export type StageUnit = (typeof stageUnits)[number]

/** The states of a task. */
export const taskStatuses = [
  'pending',
  'in_progress',
  'retrying',
  'paused',
  'completed',
  'failed',
  'cancelled',
] as const

/** The state of a task, one of {@link taskStatuses}. */
export type TaskStatus = (typeof taskStatuses)[number]

/** The states in which nothing more happens to a task by itself. */
export const terminalStatuses = [
  'completed',
  'failed',
  'cancelled',
] as const satisfies readonly TaskStatus[]
/** A state in which nothing more happens to a task by itself. */
export type TerminalStatus = (typeof terminalStatuses)[number]

/** Whether nothing more happens to a task by itself. */
export function isTerminal(status: TaskStatus): status is TerminalStatus {
  return status === 'completed' || status === 'failed' || status === 'cancelled'
}
