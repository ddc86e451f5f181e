import { expect, test } from 'vitest'
import { createDocumentCache } from './document-cache.ts'
import { queuedStatus as queued } from './queued-status.test-support.ts'

const ofTask = (taskId: string, warning = '') => ({ ...queued, taskId, warnings: [warning] })

test('the text of a document is made once, and anew when its task has gone on', () => {
  const documents = createDocumentCache({ exposeStackTraces: false })
  const first = documents.of(ofTask('t1'))
  expect(documents.of(ofTask('t1'))).toBe(first)
  const later = documents.of({ ...ofTask('t1'), seq: 2 })
  expect(JSON.parse(later.json)).toMatchObject({ seq: 2 })
})

test('few texts are kept where they are long', () => {
  const documents = createDocumentCache({ exposeStackTraces: false })
  const long = (taskId: string) => ofTask(taskId, 'x'.repeat(1_500_000))
  const kept = ['t1', 't2', 't3'].map((taskId) => documents.of(long(taskId)))
  expect(documents.of(long('t3'))).toBe(kept[2])
  expect(documents.of(long('t2'))).toBe(kept[1])
  expect(documents.of(long('t1'))).not.toBe(kept[0])
  const huge = ofTask('t4', 'x'.repeat(5_000_000))
  expect(documents.of(huge)).toBe(documents.of(huge))
})
