/** A program that watches one task and has nothing else to do. It ends when nothing of the watch is left. */
import { createStatusClient } from './create-status-client.ts'
import type { TransportKind } from './transport.ts'

const [baseUrl = '', taskId = '', kind = '', when = ''] = process.argv.slice(2)
const never = 2 ** 31 - 1
const client = createStatusClient({
  baseUrl,
  requestTimeoutMs: never,
  watch: {
    transports: [kind as TransportKind],
    // A timer that is left keeps the process for weeks.
    connectTimeoutMs: never,
    heartbeatTimeoutMs: never,
    climbAfterMs: never,
    backoff: { minMs: never, maxMs: never },
    pollIntervalMs: when === 'ended' ? 10 : never,
  },
})
const watch = client.watch(taskId)
const heard = (name: 'status' | 'error'): Promise<void> =>
  new Promise((resolve) => {
    watch.on(name, () => resolve())
  })

switch (when) {
  case 'ended':
    heard('status').then(() => process.stdout.write('live\n'))
    await watch.finished
    break
  case 'live':
    await heard('status')
    watch.close()
    break
  case 'lost':
    await heard('error')
    watch.close()
    break
  case 'aborted':
    await heard('status')
    client.close()
    break
}
process.stdout.write(`${when}\n`)
