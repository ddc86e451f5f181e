// What a program of any runtime does with the client: asks for a task, follows it to its end, and ends
// by itself.
import assert from 'node:assert/strict'
import { join } from 'node:path'
import process from 'node:process'
import { createStatusClient } from '@cairn/client'

const [baseUrl] = process.argv.slice(2)
const client = createStatusClient({ baseUrl })
const localPath = join(process.cwd(), 'repository')
const { taskId } = await client.indexLocal({ name: 'watched', localPath })
const watch = client.watch(taskId)
const transports = new Set()
watch.on('status', () => transports.add(watch.transport))
let last
for await (const status of watch) {
  assert.ok(last === undefined || status.seq > last.seq, 'a status came twice')
  last = status
}
assert.equal(last.status, 'completed')
assert.equal((await watch.finished).overallProgress, 100)
// Node 20 has none of its own.
assert.deepEqual([...transports], [globalThis.WebSocket ? 'websocket' : 'events'])

const levels = new Set()
for await (const { logs } of client.logs(taskId, { limit: 3 })) {
  for (const { level } of logs) levels.add(level)
}
assert.ok(levels.has('INFO'), 'the log says nothing')
const { hits } = await client.search({ query: 'where are failed requests retried' })
assert.equal(hits[0]?.path, 'src/retry.ts')
const { tasks } = await client.list({ repository: 'watched' })
assert.deepEqual(
  tasks.map((task) => task.taskId),
  [taskId],
)
// One that is left before its end leaves nothing either.
const left = client.watchAll()
for await (const _ of left) break
assert.equal(left.state, 'ended')
