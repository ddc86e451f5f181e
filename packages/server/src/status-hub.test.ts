import type { StatusDocument } from '@cairn/protocol'
import { expect, test } from 'vitest'
import { createDocumentCache } from './document-cache.ts'
import { queuedStatus as queued } from './queued-status.test-support.ts'
import { createStatusHub } from './status-hub.ts'
import type { StatusText } from './status-text.ts'

test('what is sent of an update is made once, however many follow its task or all of them', () => {
  const ignored = () => undefined
  let told: (status: StatusDocument) => void = ignored
  const hub = createStatusHub({
    source: {
      watch(listener) {
        told = listener
        return ignored
      },
    },
    documents: createDocumentCache({ exposeStackTraces: false }),
    updateIntervalMs: 0,
  })
  const got: StatusText[] = []
  const follower = () => ({
    update: (text: StatusText) => void got.push(text),
    availability: ignored,
  })
  for (let reader = 0; reader < 3; reader += 1) {
    hub.follow('t1', follower())
    hub.followAll(follower())
  }
  told({ ...queued, seq: 2, status: 'in_progress' })
  expect(got).toHaveLength(6)
  expect(new Set(got.map((text) => text.json)).size).toBe(1)
  const frames = got.map((text) => text.frame('status_update'))
  expect(new Set(frames.map((frame) => frame.socketBytes())).size).toBe(1)
  expect(new Set(frames.map((frame) => frame.eventBytes())).size).toBe(1)
  hub.close()
})
