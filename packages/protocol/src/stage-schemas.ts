import { z } from 'zod'
import { stages, stageUnits, taskStatuses, workingStages } from './stages.ts'

/** Where a task is; a cancelled or paused task stays in the stage it was in. */
export const stageSchema = z.enum(stages)
/** A stage in which work is done. */
export const workingStageSchema = z.enum(workingStages)
/** What a stage's items are. */
export const stageUnitSchema = z.enum(stageUnits)
/** The state of a task. */
export const taskStatusSchema = z.enum(taskStatuses)
