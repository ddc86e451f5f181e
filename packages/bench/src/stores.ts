/**
 * Whole runs over the Django sdist with its vectors in Chroma, and with its graph in Neo4j, beside one with all
 * in the embedded store: how long they take, and what the process holds at most. The servers are not counted.
 *
 *     pnpm bench:stores [--rounds N]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startChroma, startNeo4j } from '@cairn/servers'
import { corpora } from './corpus.ts'
import { repositoryOf } from './git-repository.ts'
import { markdownTable } from './markdown-table.ts'
import { measureRun, type RunMeasure, type ServerStores } from './measure-run.ts'
import { median } from './median.ts'

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' } } })
const rounds = Number(values.rounds)

const [corpus] = corpora
if (!corpus) throw new Error('no corpus')
const repository = repositoryOf(corpus)
const onFetch = (what: string): void => console.error(`Fetching ${what}, once …`)
const measured = new Map<string, RunMeasure[]>()

// Each round has servers of its own: a second run into the same ones would find everything there.
for (let round = 0; round < rounds; round++) {
  await measureInto('the embedded store', {})
  const chroma = await startChroma({ onFetch })
  try {
    await measureInto('Chroma for vectors', { chroma: { url: chroma.url } })
  } finally {
    await chroma.stop()
  }
  const { url, user: username, password, stop } = await startNeo4j({ onFetch })
  try {
    await measureInto('Neo4j for the graph', { neo4j: { url, auth: { username, password } } })
  } finally {
    await stop()
  }
}

const embedded = measured.get('the embedded store') ?? []
const rows = [...measured].map(([stores, runs]) => ({
  stores,
  s: median(runs.map(({ seconds }) => seconds)).toFixed(1),
  'storing, s': median(runs.map(({ stages }) => stages.storing?.seconds ?? Number.NaN)).toFixed(1),
  'peak MB': megabytes(peakOf(runs)),
  'above the embedded one, MB': megabytes(peakOf(runs) - peakOf(embedded)),
}))
console.log(`${corpus.name}, medians of ${rounds} rounds:\n\n${markdownTable(rows)}`)

async function measureInto(stores: string, servers: ServerStores): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'cairn-bench-'))
  try {
    const run = await measureRun(repository, data, 0, servers)
    measured.set(stores, [...(measured.get(stores) ?? []), run])
    console.log(
      `${stores}: ${run.seconds.toFixed(1)} s, ${megabytes(run.peakBytes ?? Number.NaN)} MB`,
    )
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
}

function peakOf(runs: readonly RunMeasure[]): number {
  return median(runs.map(({ peakBytes }) => peakBytes ?? Number.NaN))
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0)
}
