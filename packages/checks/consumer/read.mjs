// What a reader does with a server over what another process has indexed: follows an ended task over a
// WebSocket, and searches.
import assert from 'node:assert/strict'
import process from 'node:process'
import { createStatusClient } from '@cairn/client'

const [baseUrl] = process.argv.slice(2)
const client = createStatusClient({ baseUrl, watch: { transports: ['websocket'] } })
const { tasks } = await client.list()
assert.equal(tasks.length, 1)
const { status, files } = await client.watch(tasks[0].taskId).finished
assert.equal(status, 'completed')
assert.equal(files.indexed, 2)
const { hits } = await client.search({ query: 'where are failed requests retried' })
assert.equal(hits[0]?.path, 'src/retry.ts')
