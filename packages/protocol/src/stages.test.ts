import { expect, it } from 'vitest'
import { isTerminal, stages, stageWeights, taskStatuses, workingStages } from './stages.ts'

it('has the nine stages of the wire in their order', () => {
  expect(stages).toEqual(['queued', ...workingStages, 'completed', 'failed'])
  expect(stages).toHaveLength(9)
})

it('weighs the working stages to 100 percent', () => {
  expect(Object.keys(stageWeights)).toEqual([...workingStages])
  expect(Object.values(stageWeights).reduce((sum, weight) => sum + weight, 0)).toBe(100)
})

it('tells the statuses in which nothing more happens', () => {
  expect(taskStatuses.filter(isTerminal)).toEqual(['completed', 'failed', 'cancelled'])
})
