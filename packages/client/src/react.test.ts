import { createElement, StrictMode } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { renderToString } from 'react-dom/server'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { createStatusClient, type StatusClient } from './create-status-client.ts'
import { createHost } from './dom.test-support.ts'
import { type IndexingServer, startIndexingServer } from './indexing-server.test-support.ts'
import { type IndexStatus, type IndexTasks, useIndexStatus, useIndexTasks } from './react.ts'
import { waitUntil } from './wait-until.test-support.ts'

let server: IndexingServer
let client: StatusClient
let root: Root
let host: ReturnType<typeof createHost>

beforeAll(async () => {
  server = await startIndexingServer()
})
afterAll(() => server.close())
beforeEach(() => {
  client = createStatusClient({ baseUrl: server.url, WebSocket })
  host = createHost()
  root = createRoot(host as unknown as Element)
})
afterEach(() => {
  root.unmount()
  client.close()
})

const describeStatus = ({ status, connection, error }: IndexStatus): string =>
  `${status?.repositoryName ?? 'nothing'} ${status?.status ?? ''} ${connection} ${error?.code ?? ''}`

function Status({ taskId }: { readonly taskId: string | null }) {
  return createElement('p', {}, describeStatus(useIndexStatus(client, taskId)))
}

const shown = () => [...host.querySelectorAll('p')].map(({ textContent }) => textContent.trim())

describe('useIndexStatus', () => {
  it('shows a task until it ends, over one connection however many show it, in StrictMode', async () => {
    const taskId = await server.start('react')
    const twice = [
      createElement(Status, { taskId, key: 1 }),
      createElement(Status, { taskId, key: 2 }),
    ]
    root.render(createElement(StrictMode, {}, ...twice))
    await waitUntil(() => {
      expect(shown()).toEqual(['react in_progress live', 'react in_progress live'])
    })
    await waitUntil(() => expect(server.busy()).toBe(1))
    await server.finish(taskId)
    await waitUntil(() =>
      expect(shown()).toEqual(['react completed ended', 'react completed ended']),
    )
    await waitUntil(() => expect(server.busy()).toBe(0))
  })

  it('follows another task when it is given one, and nothing when there is none', async () => {
    const [first, second] = [await server.start('one'), await server.start('two')]
    root.render(createElement(Status, { taskId: first }))
    await waitUntil(() => expect(shown()).toEqual(['one in_progress live']))
    root.render(createElement(Status, { taskId: second }))
    await waitUntil(() => expect(shown()).toEqual(['two in_progress live']))
    await waitUntil(() => expect(server.busy()).toBe(1))
    root.render(createElement(Status, { taskId: null }))
    await waitUntil(() => expect(shown()).toEqual(['nothing  connecting']))
    await waitUntil(() => expect(server.busy()).toBe(0))
    await server.finish(first)
    await server.finish(second)
  })

  it('closes the connection when the last component has gone', async () => {
    const taskId = await server.start('gone')
    root.render(createElement(Status, { taskId }))
    await waitUntil(() => expect(server.busy()).toBe(1))
    root.render(null)
    await waitUntil(() => expect(server.busy()).toBe(0))
    await server.finish(taskId)
  })

  it('says why there is nothing to show', async () => {
    root.render(createElement(Status, { taskId: 'nobody' }))
    await waitUntil(() => expect(shown()).toEqual(['nothing  ended TASK_NOT_FOUND']))
    root.render(createElement(Status, { taskId: '..' }))
    await waitUntil(() => expect(shown()).toEqual(['nothing  ended INVALID_OPTIONS']))
  })

  it('opens nothing on a server, and renders what a page begins with', () => {
    expect(renderToString(createElement(Status, { taskId: 'any' }))).toContain(
      'nothing  connecting',
    )
    expect(server.busy()).toBe(0)
  })
})

const renders: IndexTasks[] = []
function Tasks({ limit }: { readonly limit?: number }) {
  // A new filter each time, as a component has it that writes it down.
  const state = useIndexTasks(client, { status: ['in_progress'], ...(limit && { limit }) })
  renders.push(state)
  const names = state.tasks?.map(({ repositoryName }) => repositoryName).join(' ')
  return createElement('p', {}, `${names} ${state.connection}`)
}

describe('useIndexTasks', () => {
  it('shows the tasks that match, over one connection', async () => {
    const first = await server.start('left')
    root.render(createElement(Tasks))
    await waitUntil(() => expect(shown()).toEqual(['left live']))
    const second = await server.start('right')
    await waitUntil(() => expect(shown()).toEqual(['right left live']))
    expect(server.busy()).toBe(1)
    root.render(createElement(Tasks, { limit: 1 }))
    await waitUntil(() => expect(shown()).toEqual(['right live']))
    await server.finish(first)
    await server.finish(second)
    await waitUntil(() => expect(shown()).toEqual(['live']))
    expect(renders[0]).toEqual({ tasks: null, connection: 'connecting', error: null })
  })
})
