/**
 * The status server against a bare `ws` broadcast and a bare `node:http` handler that send the same bytes,
 * each in a process of its own on one core, measured alternately.
 *
 *     pnpm bench:serving
 */
import { markdownTable } from './markdown-table.ts'
import { median } from './median.ts'
import { listLatencies, requestRate } from './serving-requests.ts'
import { type Broadcast, broadcast, churn, readers } from './serving-streams.ts'

const rounds = Number(process.env.CAIRN_BENCH_ROUNDS ?? 3)
const deafReaders = 100

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1)

const measured: { bare: Broadcast; cairn: Broadcast; deaf: Broadcast }[] = []
for (let round = 0; round < rounds; round++) {
  measured.push({
    bare: await broadcast('bare', 0),
    cairn: await broadcast('cairn', 0),
    deaf: await broadcast('cairn', deafReaders),
  })
}
const row = (name: string, of: readonly Broadcast[]): Record<string, string> => ({
  readers: name,
  'p50 ms': median(of.map(({ p50Ms }) => p50Ms)).toFixed(1),
  'p99 ms': median(of.map(({ p99Ms }) => p99Ms)).toFixed(1),
  'got the end': of.map(({ told }) => told).join(', '),
  'cut off': of.map(({ cut }) => cut).join(', '),
  'added MB': megabytes(median(of.map(({ addedBytes }) => addedBytes))),
  'heap left MB': megabytes(median(of.map(({ leftBytes }) => leftBytes))),
})
console.log(
  markdownTable([
    row(
      `bare broadcast, ${readers}`,
      measured.map(({ bare }) => bare),
    ),
    row(
      `cairn, ${readers}`,
      measured.map(({ cairn }) => cairn),
    ),
    row(
      `cairn, ${readers}, of which ${deafReaders} do not read`,
      measured.map(({ deaf }) => deaf),
    ),
  ]),
)
const p99Ratio = median(measured.map(({ bare, cairn }) => cairn.p99Ms / bare.p99Ms))
console.log(`\np99 of cairn ÷ bare, median of ${rounds}: ${p99Ratio.toFixed(2)}\n`)

const rates: { bare: number; cairn: number }[] = []
for (let round = 0; round < rounds; round++) {
  rates.push({ bare: await requestRate('bare'), cairn: await requestRate('cairn') })
}
console.log(
  markdownTable([
    {
      'GET /status/{id}': 'requests/s',
      bare: rates.map(({ bare }) => bare.toFixed(0)).join(', '),
      cairn: rates.map(({ cairn }) => cairn.toFixed(0)).join(', '),
      'cairn ÷ bare': median(rates.map(({ bare, cairn }) => cairn / bare)).toFixed(2),
    },
  ]),
)

const latencies = await listLatencies()
console.log(
  `\nGET /status?limit=50 of 10,000 tasks: p50 ${latencies[100]?.toFixed(1)} ms, p95 ${latencies[190]?.toFixed(1)} ms\n`,
)

const { before, after } = await churn()
console.log(
  markdownTable([
    {
      '10,000 connections': 'before',
      'heap MB': megabytes(before.heapBytes),
      'resident MB': megabytes(before.residentBytes),
      'timers and handles': String(before.resources),
    },
    {
      '10,000 connections': 'after',
      'heap MB': megabytes(after.heapBytes),
      'resident MB': megabytes(after.residentBytes),
      'timers and handles': String(after.resources),
    },
  ]),
)
