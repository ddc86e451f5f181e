/**
 * Upserts by `@cairn/store-chroma` against the bare client of Chroma, at the batch size that is best for
 * it, on one server: the same rows with the same metadata for the same filters, each time into a new
 * collection, alternately, because machines drift.
 *
 *     pnpm bench:chroma
 */
import { randomBytes } from 'node:crypto'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { VectorRow } from '@cairn/core'
import { startChroma } from '@cairn/servers'
import { chroma } from '@cairn/store-chroma'
import { ChromaClient, type Metadata } from 'chromadb'
import { markdownTable } from './markdown-table.ts'
import { median } from './median.ts'

const dimensions = 384
const rowCount = Number(process.env.CAIRN_BENCH_ROWS ?? 10_000)
const rounds = Number(process.env.CAIRN_BENCH_ROUNDS ?? 3)
const batchSizes = [500, 1_000, 2_000, 5_000]

interface Measured {
  readonly rowsPerSecond: number
  /** Longest time that the event loop was held, milliseconds. */
  readonly longestDelayMs: number
}

const rows = makeRows(rowCount)
const server = await startChroma({ onFetch: (what) => console.error(`Fetching ${what}, once …`) })
const { hostname, port } = new URL(server.url)
const client = new ChromaClient({ host: hostname, port: Number(port) })
try {
  const sweep = new Map<number, Measured>()
  await bare(Math.max(...batchSizes), rows.slice(0, 1_000))
  for (const size of batchSizes) sweep.set(size, await bare(size, rows))
  const [best = 0] = [...sweep].sort(([, a], [, b]) => b.rowsPerSecond - a.rowsPerSecond)[0] ?? []
  const measured: { bare: Measured; cairn: Measured }[] = []
  for (let round = 0; round < rounds; round++) {
    measured.push({ bare: await bare(best, rows), cairn: await cairn(rows) })
  }
  const table = [
    ...[...sweep].map(([size, one]) => described(`bare client, batches of ${size}`, one)),
    ...measured.flatMap((round) => [
      described(`bare client, batches of ${best}`, round.bare),
      described('cairn', round.cairn),
    ]),
  ]
  const ratios = measured.map((round) => round.cairn.rowsPerSecond / round.bare.rowsPerSecond)
  console.log(`${rowCount} rows of ${dimensions} dimensions:\n\n${markdownTable(table)}`)
  console.log(`\ncairn ÷ bare client, median of ${rounds}: ${median(ratios).toFixed(2)}`)
} finally {
  await server.stop()
}

async function bare(size: number, of: readonly VectorRow[]): Promise<Measured> {
  const collection = await client.createCollection({
    name: `bare-${randomBytes(8).toString('hex')}`,
    configuration: { hnsw: { space: 'cosine' } },
    embeddingFunction: null,
  })
  return timed(of.length, async () => {
    for (let start = 0; start < of.length; start += size) {
      const batch = of.slice(start, start + size)
      await collection.upsert({
        ids: batch.map(({ id }) => id),
        embeddings: batch.map(({ vector }) => Array.from(vector)),
        metadatas: batch.map(
          ({ id: _, vector: __, symbolKind, ...metadata }): Metadata => ({
            ...metadata,
            symbolKind: symbolKind ?? '',
          }),
        ),
      })
    }
  })
}

async function cairn(of: readonly VectorRow[]): Promise<Measured> {
  await using store = chroma({ url: server.url })
  const space = { fingerprint: randomBytes(8).toString('hex'), dimensions }
  await store.spaces()
  return await timed(of.length, async () => {
    for (let start = 0; start < of.length; start += store.maxBatch) {
      await store.upsert(space, of.slice(start, start + store.maxBatch))
    }
  })
}

async function timed(count: number, work: () => Promise<void>): Promise<Measured> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const startedAt = performance.now()
  await work()
  const seconds = (performance.now() - startedAt) / 1_000
  delay.disable()
  return { rowsPerSecond: count / seconds, longestDelayMs: delay.max / 1e6 }
}

function makeRows(count: number): VectorRow[] {
  return Array.from({ length: count }, (_, index) => {
    const version = `v${randomBytes(16).toString('hex')}`
    return {
      id: `${version}:0`,
      vector: unitVector(index),
      repository: `repository-${index % 5}`,
      version,
      path: `src/folder-${index % 40}/file-${index}.ts`,
      language: 'typescript',
      symbolKind: index % 3 === 0 ? null : 'function',
    }
  })
}

/** The same for the same seed. */
function unitVector(seed: number): Float32Array {
  let state = seed + 1
  const vector = Float32Array.from({ length: dimensions }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 31 - 1
  })
  const norm = Math.hypot(...vector)
  return vector.map((value) => value / norm)
}

function described(
  what: string,
  { rowsPerSecond, longestDelayMs }: Measured,
): Record<string, string> {
  return {
    upserts: what,
    'rows/s': rowsPerSecond.toFixed(0),
    'event loop held, ms': longestDelayMs.toFixed(0),
  }
}
