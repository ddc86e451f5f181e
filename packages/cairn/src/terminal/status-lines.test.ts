import { expect, test } from 'vitest'
import { sampleStatus } from '../fixtures/sample-status.ts'
import { columnsOf } from './fit.ts'
import { createPaint } from './paint.ts'
import { taskListLines } from './status-lines.ts'

const tasks = [
  sampleStatus({ taskId: 'task-2', repositoryName: 'a' }),
  sampleStatus({
    taskId: 'task-1',
    repositoryName: 'longer-name',
    status: 'failed',
    currentStage: 'failed',
    errorMessage: 'There is no folder /srv/code/longer-name, and there never was one.',
  }),
]

function list(columns: number, isStyled = false): string[] {
  return taskListLines(tasks, {
    columns,
    isLive: true,
    isUnicode: true,
    hasColor: isStyled,
    paint: createPaint(isStyled),
  })
}

test('tasks are columns of one table where it fits, and say why they failed', () => {
  const lines = list(100)
  expect(lines.map((line) => line.split('  ')[0])).toEqual(['a', '', 'longer-name', '', ''])
  const [first = '', , second = ''] = lines
  expect(first.indexOf('in progress')).toBe(second.indexOf('failed'))
  expect(first.lastIndexOf('chunks')).toBe(second.lastIndexOf('chunks'))
  expect(lines[4]).toBe('  There is no folder /srv/code/longer-name, and there never was one.')
})

test.each([20, 40, 80])('no line of the list is wider than %i columns', (columns) => {
  for (const line of list(columns, true)) expect(columnsOf(line)).toBeLessThanOrEqual(columns)
})
