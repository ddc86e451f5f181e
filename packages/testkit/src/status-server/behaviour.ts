import assert from 'node:assert/strict'
import { decode, statusDocumentSchema } from '@cairn/protocol'
import { type Behaviour, behaviours } from '../conformance-case.ts'
import { readEvents } from './read-events.ts'
import { readSocket } from './read-socket.ts'
import type { OpenedStatusServer } from './status-server-subject.ts'

type Body = Readonly<Record<string, unknown>>

const json = { 'content-type': 'application/json' }

async function readJson(response: Response): Promise<Body> {
  return (await response.json()) as Body
}

/** Holds that an answer is a problem of the status server. */
async function isProblem(response: Response, status: number): Promise<void> {
  assert.equal(response.status, status)
  assert.equal(response.headers.get('content-type'), 'application/problem+json')
  assert.equal((await readJson(response)).status, status)
}

function post(url: string, body: string, headers: Readonly<Record<string, string>> = json) {
  return fetch(url, { method: 'POST', headers, body })
}

/** The routes that read. */
export const reading: readonly Behaviour<OpenedStatusServer>[] = behaviours<OpenedStatusServer>(
  'reading',
  {
    'the list has the task': async ({ url, taskId }) => {
      const response = await fetch(`${url}/status?limit=100`)
      assert.equal(response.status, 200)
      assert.match(response.headers.get('content-type') ?? '', /^application\/json/)
      assert.equal(response.headers.get('cache-control'), 'no-store')
      const { tasks } = (await readJson(response)) as { tasks: readonly { task_id: string }[] }
      assert.ok(tasks.some(({ task_id }) => task_id === taskId))
    },
    'the status of a task is a whole document': async ({ url, taskId }) => {
      const document = await readJson(await fetch(`${url}/status/${taskId}`))
      assert.equal(decode(statusDocumentSchema, document).taskId, taskId)
    },
    'queries come as they were sent': async ({ url, taskId }) => {
      const logs = await readJson(await fetch(`${url}/status/${taskId}/logs?level=warning`))
      assert.equal(logs.log_level, 'WARNING')
      await isProblem(await fetch(`${url}/status?limit=0`), 422)
    },
    'an unknown task is a problem': async ({ url }) => {
      await isProblem(await fetch(`${url}/status/nobody`), 404)
      await isProblem(await fetch(`${url}/status/a%2Fb%20c`), 404)
    },
    'a path below the base path that leads nowhere is a problem': async ({ url }) => {
      await isProblem(await fetch(`${url}/nothing/here`), 404)
    },
    'HEAD has the headers of GET and no body': async ({ url, taskId }) => {
      for (const path of [`/status/${taskId}`, `/status/${taskId}/events`]) {
        const response = await fetch(url + path, { method: 'HEAD' })
        assert.equal(response.status, 200)
        assert.notEqual(response.headers.get('content-type'), null)
        assert.equal(await response.text(), '')
      }
    },
    'OPTIONS lists the methods': async ({ url }) => {
      const response = await fetch(`${url}/status`, { method: 'OPTIONS' })
      assert.equal(response.status, 204)
      assert.equal(response.headers.get('allow'), 'GET, HEAD, OPTIONS')
    },
    'a method that a path has not is 405, and says which it has': async ({ url }) => {
      for (const method of ['PUT', 'DELETE', 'PATCH']) {
        const response = await fetch(`${url}/status`, { method, headers: json, body: '{}' })
        assert.equal(response.headers.get('allow'), 'GET, HEAD, OPTIONS')
        await isProblem(response, 405)
      }
    },
  },
)

/** The routes that take a body. */
export const bodies: readonly Behaviour<OpenedStatusServer>[] = behaviours<OpenedStatusServer>(
  'bodies',
  {
    'a body of JSON is read once': async ({ url }) => {
      const response = await post(`${url}/search`, '{"query":"price","limit":1}')
      assert.equal(response.status, 200)
      assert.ok(Array.isArray((await readJson(response)).hits))
    },
    'a body of another shape is a problem that names the member': async ({ url }) => {
      const response = await post(`${url}/search`, '{"query":5}')
      assert.equal(response.status, 422)
      const { errors } = (await readJson(response)) as { errors: readonly { path: string }[] }
      assert.equal(errors[0]?.path, 'query')
    },
    'a body that is no JSON is 400': async ({ url }) => {
      assert.equal((await post(`${url}/search`, '{"query":')).status, 400)
    },
    'a body of another type is a problem': async ({ url }) => {
      await isProblem(await post(`${url}/search`, 'query', { 'content-type': 'text/csv' }), 415)
    },
    'a body that is too large is 413, and the next request is answered': async ({ url }) => {
      const large = JSON.stringify({ query: 'x', pad: 'x'.repeat(2_000_000) })
      const status = await post(`${url}/search`, large).then(
        (response) => response.status,
        // The connection may be closed while the body is still being sent.
        (error: unknown) => error,
      )
      if (typeof status === 'number') assert.equal(status, 413)
      assert.equal((await post(`${url}/search`, '{"query":"x"}')).status, 200)
    },
    'control starts a run, which is followed to its end': async (server) => {
      const { url, repository } = server
      if (repository === null) {
        await isProblem(await post(`${url}/repository/local`, '{}'), 404)
        return
      }
      const body = JSON.stringify({ name: 'controlled', local_path: repository })
      const response = await post(`${url}/repository/local`, body)
      assert.equal(response.status, 202, await response.clone().text())
      const { task_id } = await readJson(response)
      const location = new URL(response.headers.get('location') ?? '', url)
      assert.equal((await readJson(await fetch(location))).task_id, task_id)
      const events = await readEvents(await fetch(`${url}/status/${String(task_id)}/events`))
      const { status } = (events.at(-1)?.data.data ?? {}) as Body
      assert.equal(status, 'completed')
    },
  },
)

/** Server-Sent Events. */
export const events: readonly Behaviour<OpenedStatusServer>[] = behaviours<OpenedStatusServer>(
  'events',
  {
    'a stream leads to the end of the task': async ({ url, taskId }) => {
      const response = await fetch(`${url}/status/${taskId}/events`)
      assert.equal(response.status, 200)
      assert.match(response.headers.get('content-type') ?? '', /^text\/event-stream/)
      const [first, ...rest] = await readEvents(response)
      assert.equal(first?.data.type, 'initial_status')
      const last = rest.at(-1) ?? first
      assert.equal(last?.id, last?.data.seq)
      assert.deepEqual(last?.data.data, await readJson(await fetch(`${url}/status/${taskId}`)))
    },
    'Last-Event-ID says what was seen': async ({ url, taskId }) => {
      const address = `${url}/status/${taskId}/events`
      const last = (await readEvents(await fetch(address))).at(-1)
      assert.ok(last)
      const resume = (id: number) => fetch(address, { headers: { 'last-event-id': String(id) } })
      const seen = await resume(last.id)
      assert.equal(seen.status, 204)
      const newer = await readEvents(await resume(last.id - 1))
      assert.deepEqual(newer, [{ id: last.id, data: { ...last.data, type: newer[0]?.data.type } }])
    },
  },
)

/** WebSockets. */
export const sockets: readonly Behaviour<OpenedStatusServer>[] = behaviours<OpenedStatusServer>(
  'sockets',
  {
    'a socket leads to the end of the task': async ({ url, taskId, hasSockets }) => {
      const address = `${url}/status/${taskId}/stream`
      // Asked for without an upgrade.
      await isProblem(await fetch(address), 426)
      if (!hasSockets) return
      const { messages, code } = await readSocket(address)
      assert.equal(code, 1000)
      assert.equal(messages[0]?.type, 'initial_status')
      assert.deepEqual(
        messages.at(-1)?.data,
        await readJson(await fetch(`${url}/status/${taskId}`)),
      )
    },
    'an unknown task is told so': async ({ url, hasSockets }) => {
      if (!hasSockets) return
      const { messages, code } = await readSocket(`${url}/status/nobody/stream`)
      assert.equal(code, 4404)
      assert.deepEqual(messages, [{ type: 'error', message: 'Task nobody not found' }])
    },
    'one socket follows many tasks': async ({ url, taskId, hasSockets }) => {
      if (!hasSockets) return
      const { messages } = await readSocket(`${url}/live-status`, ({ type }, socket) => {
        if (type === 'connection_info') socket.send(JSON.stringify({ type: 'ping' }))
        if (type === 'pong')
          socket.send(JSON.stringify({ type: 'subscribe_task', task_id: taskId }))
        if (type === 'task_status') socket.close()
      })
      assert.deepEqual(
        messages.slice(0, 3).map(({ type }) => type),
        ['connection_info', 'pong', 'task_status'],
      )
      assert.equal(messages[2]?.task_id, taskId)
    },
  },
)
