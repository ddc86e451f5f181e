import type { StatusDocument } from '@cairn/protocol'
import { expect, test } from 'vitest'
import { createDocumentCache } from './document-cache.ts'
import { queuedStatus as queued } from './queued-status.test-support.ts'
import type { Reader } from './reader.ts'
import { createStatusHub } from './status-hub.ts'
import { createSubscriptions, type SubscriptionsOptions } from './subscriptions.ts'

const running: StatusDocument = { ...queued, seq: 2, status: 'in_progress' }
const completed: StatusDocument = { ...queued, seq: 3, status: 'completed' }

type TaskPage = Awaited<ReturnType<SubscriptionsOptions['tasks']>>

test('a list that was read before a task ended, and comes after that, does not show it again', async () => {
  const shown: unknown[] = []
  const ignored = () => undefined
  const reader: Reader = {
    send: ignored,
    offer: (_taskId, { json }) => shown.push(JSON.parse(json).data.status),
    finish: ignored,
    cut: ignored,
    drained: ignored,
    room: async () => true,
    silentSince: () => 0,
    check: ignored,
  }
  let told: (status: StatusDocument) => void = ignored
  const documents = createDocumentCache({ exposeStackTraces: false })
  const hub = createStatusHub({
    source: {
      watch(listener) {
        told = listener
        return ignored
      },
    },
    documents,
    updateIntervalMs: 0,
  })
  let list: (page: TaskPage) => void = ignored
  const listed = new Promise<TaskPage>((resolve) => {
    list = resolve
  })
  const subscriptions = createSubscriptions({
    reader,
    source: { hub, documents, read: async () => running },
    tasks: () => listed,
    scope: { repositories: null, expiresAt: null, has: () => true },
    maxSubscriptions: 10,
  })
  subscriptions.addAll()
  told(running)
  told(completed)
  list({ tasks: [running], total: 1, nextCursor: null })
  await new Promise((resolve) => setImmediate(resolve))
  expect(shown).toEqual(['in_progress', 'completed'])
  // Later it is known no more, and goes on as a task of its own.
  told({ ...running, seq: 4 })
  expect(shown).toEqual(['in_progress', 'completed', 'in_progress'])
  subscriptions.close()
  hub.close()
})
