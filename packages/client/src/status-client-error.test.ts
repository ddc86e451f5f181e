import type { RequestListener } from 'node:http'
import { afterEach, describe, expect, it } from 'vitest'
import { createStatusClient } from './create-status-client.ts'
import { type LocalServer, listen } from './http-server.test-support.ts'
import type { StatusClientOptions } from './options.ts'
import { StatusClientError } from './status-client-error.ts'

let server: LocalServer | null = null

afterEach(async () => {
  await server?.close()
  server = null
})

/** The error of a call to a server that answers like this. */
async function errorOf(
  handler: RequestListener,
  options: Partial<StatusClientOptions> = {},
): Promise<StatusClientError> {
  server = await listen(handler)
  const client = createStatusClient({ baseUrl: server.origin, ...options })
  try {
    await client.statistics()
  } catch (error) {
    if (StatusClientError.isInstance(error)) return error
    throw error
  }
  throw new Error('The call did not fail.')
}

const answer =
  (status: number, headers: Record<string, string>, body: string): RequestListener =>
  (_request, response) => {
    response.writeHead(status, headers).end(body)
  }
const problemType = { 'content-type': 'application/problem+json' }
const problem = {
  type: 'about:blank',
  title: 'Conflict',
  status: 409,
  detail: 'The repository is being indexed.',
}

describe('the error of a call', () => {
  it('is made from the problem that the server tells', async () => {
    const body = {
      ...problem,
      code: 'REPOSITORY_BUSY',
      task_id: 'task-1',
      errors: [{ path: 'repositories.0.max_size', message: 'Too large.' }],
      more: 'of a newer server',
    }
    const error = await errorOf(answer(409, problemType, JSON.stringify(body)))
    expect({ ...error }).toMatchObject({
      name: 'StatusClientError',
      code: 'REPOSITORY_BUSY',
      status: 409,
      detail: 'The repository is being indexed.',
      taskId: 'task-1',
      retryAfterSeconds: null,
      errors: [{ path: 'repositories.0.max_size', message: 'Too large.' }],
    })
    expect(error.message).toBe(error.detail)
  })

  it('has a code also where the problem has none', async () => {
    const error = await errorOf(answer(409, problemType, JSON.stringify(problem)))
    expect([error.code, error.taskId, error.errors]).toEqual(['HTTP_ERROR', null, []])
  })

  it('says when to try again, whether as seconds or as a date', async () => {
    const seconds = await errorOf(answer(429, { ...problemType, 'retry-after': '7' }, '{}'))
    expect([seconds.status, seconds.retryAfterSeconds]).toEqual([429, 7])
    await server?.close()
    const at = new Date(Date.now() + 100_000).toUTCString()
    const date = await errorOf(answer(503, { 'retry-after': at }, ''))
    expect(date.retryAfterSeconds).toBeGreaterThan(50)
    expect(date.retryAfterSeconds).toBeLessThanOrEqual(100)
    await server?.close()
    const neither = await errorOf(answer(503, { 'retry-after': 'soon' }, ''))
    expect(neither.retryAfterSeconds).toBeNull()
  })

  it.each([
    ['a page of a proxy', '<html>Bad gateway</html>'],
    ['JSON of something else', '{"error":{"message":"x"}}'],
    ['nothing', ''],
  ])('names the status where a refusal is %s', async (_name, body) => {
    const error = await errorOf(answer(502, { 'content-type': 'text/html' }, body))
    expect([error.code, error.status]).toEqual(['HTTP_ERROR', 502])
    expect(error.detail).toBe('The server answered 502 Bad Gateway.')
  })

  it.each([
    ['a page', '<!doctype html>', 'It is not JSON.'],
    ['of another shape', '{"active_tasks":1}', 'answer.processing_statistics is not an object.'],
    ['half of one', '{"active_tasks":', 'It is not JSON.'],
  ])('says that the answer is not one where it is %s', async (_name, body, why) => {
    const error = await errorOf(answer(200, {}, body))
    expect([error.code, error.status]).toEqual(['INVALID_ANSWER', 200])
    expect(error.detail).toContain(why)
  })

  it('says that the answer did not come in time', async () => {
    const silent = await errorOf(() => {}, { requestTimeoutMs: 30 })
    expect([silent.code, silent.status]).toEqual(['TIMEOUT', null])
    await server?.close()
    const half: RequestListener = (_request, response) => void response.write('{')
    expect((await errorOf(half, { requestTimeoutMs: 30 })).code).toBe('TIMEOUT')
  })

  it('says that the server cannot be reached, or broke off', async () => {
    const cut: RequestListener = (request) => request.socket.destroy()
    expect((await errorOf(cut)).code).toBe('UNREACHABLE')
    await server?.close()
    const cutLater: RequestListener = (request, response) => {
      response
        .writeHead(200, { 'content-length': '100' })
        .write('{', () => request.socket.destroy())
    }
    expect((await errorOf(cutLater)).code).toBe('UNREACHABLE')
  })
})

it('rejects with the reason of the signal', async () => {
  const called = new AbortController()
  server = await listen(() => called.abort(new Error('enough')))
  const client = createStatusClient({ baseUrl: server.origin })
  await expect(client.statistics({ signal: called.signal })).rejects.toThrow('enough')
  await expect(client.statistics({ signal: called.signal })).rejects.toThrow('enough')
})

it('ends the calls under way when the client is closed, and refuses others', async () => {
  server = await listen(() => {})
  const client = createStatusClient({
    baseUrl: server.origin,
    fetch: (...request) => {
      queueMicrotask(() => client.close())
      return fetch(...request)
    },
  })
  await expect(client.statistics()).rejects.toMatchObject({ code: 'CLOSED' })
  await expect(client.statistics()).rejects.toMatchObject({ code: 'CLOSED' })
  expect(() => client.watch('a')).toThrow(StatusClientError)
})

it('is known as what it is across copies of the package', async () => {
  const other: typeof import('./status-client-error.ts') = await import(
    `./status-client-error.ts?${'copy'}`
  )
  const error = new other.StatusClientError('UNREACHABLE', 'x')
  expect(error).not.toBeInstanceOf(StatusClientError)
  expect(StatusClientError.isInstance(error)).toBe(true)
  expect([null, {}, new Error('x'), 'x'].some(StatusClientError.isInstance)).toBe(false)
})

describe('refuses', () => {
  const refused = { code: 'INVALID_OPTIONS', name: 'StatusClientError' }
  it.each(['ftp://host/', 'http://me:secret@host/', 'api', ''])('the address %j', (baseUrl) => {
    expect(() => createStatusClient({ baseUrl })).toThrow(expect.objectContaining(refused))
  })

  it('to ask a path of the page’s own server where there is no page', async () => {
    // To make the client is no fault: a page may be rendered on a server, which asks for nothing.
    const client = createStatusClient()
    await expect(client.status('a')).rejects.toMatchObject(refused)
    await expect(client.logs('a')[Symbol.asyncIterator]().next()).rejects.toMatchObject(refused)
    expect(() => client.watch('a')).toThrow(expect.objectContaining(refused))
    expect(() => client.watchAll()).toThrow(expect.objectContaining(refused))
  })

  it.each(['', '.', '..', 'a\ud800'])('the task %j, which no path can hold', async (taskId) => {
    const client = createStatusClient({ baseUrl: 'http://127.0.0.1:1/' })
    await expect(client.status(taskId)).rejects.toMatchObject(refused)
    expect(() => client.watch(taskId)).toThrow(expect.objectContaining(refused))
  })

  it('a watch without a way to get updates', () => {
    const client = createStatusClient({ baseUrl: 'http://127.0.0.1:1/', WebSocket: null })
    const none = { transports: ['websocket'] } as const
    expect(() => client.watch('a', none)).toThrow(expect.objectContaining(refused))
    expect(() => client.watchAll({}, { transports: ['events'] })).toThrow(
      expect.objectContaining(refused),
    )
  })
})
