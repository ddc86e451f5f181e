/**
 * Whole runs over real source of known versions: cold, with nothing changed, with one file changed;
 * against the bare parse of the same files on two workers, measured in the same round. Appends what it
 * printed to docs/benchmarks.md.
 *
 *     pnpm bench [corpus…] [--rounds N] [--large]
 */
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, cpus, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { grammarOf, parseBare } from './bare-parse.ts'
import { type Corpus, corpora, loadCorpus } from './corpus.ts'
import { multipliedRepository, repositoryOf } from './git-repository.ts'
import { markdownTable } from './markdown-table.ts'
import { measureRun, type RunMeasure } from './measure-run.ts'
import { median } from './median.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '3' }, large: { type: 'boolean', default: false } },
})
const rounds = Number(values.rounds)
const searches = 20
// The sdist ten times over: 30,000 files.
const largeCopies = 10

interface Round {
  readonly bareSeconds: number
  readonly cold: RunMeasure
  readonly unchanged: RunMeasure
  readonly oneChanged: RunMeasure
}

async function measureRound(corpus: Corpus, repository: string): Promise<Round> {
  const files = loadCorpus(corpus)
  const before = performance.now()
  await parseBare(files, grammarOf(corpus), 2)
  const bareSeconds = (performance.now() - before) / 1000
  const data = mkdtempSync(join(tmpdir(), 'cairn-bench-'))
  try {
    const cold = await measureRun(repository, data, searches)
    const unchanged = await measureRun(repository, data, 0)
    const oneChanged = await withOneFileChanged(repository, () => measureRun(repository, data, 0))
    return { bareSeconds, cold, unchanged, oneChanged }
  } finally {
    rmSync(data, { recursive: true, force: true })
  }
}

/** Adds a line to the middle one of the files that are not tiny, for the time of `work`. */
async function withOneFileChanged<T>(repository: string, work: () => Promise<T>): Promise<T> {
  const corpus = corpora.find(({ name }) => repository.endsWith(name))
  const files = (corpus ? loadCorpus(corpus) : []).filter(({ bytes }) => bytes.byteLength > 1_000)
  const path = join(repository, files[files.length >> 1]?.path ?? '')
  const source = readFileSync(path)
  const comment = /\.(py|rb)$/.test(path) ? '#' : '//'
  writeFileSync(path, Buffer.concat([source, Buffer.from(`\n${comment} changed ${Date.now()}\n`)]))
  try {
    return await work()
  } finally {
    writeFileSync(path, source)
  }
}

const percentile = (numbers: readonly number[], share: number): number =>
  [...numbers].sort((one, other) => one - other)[Math.floor(numbers.length * share)] ?? Number.NaN

const megabytes = (bytes: number | null): string =>
  bytes === null ? '–' : (bytes / 1e6).toFixed(0)

function stageRows(corpus: Corpus, measured: readonly Round[]): Record<string, string>[] {
  const bytes = loadCorpus(corpus).reduce((sum, file) => sum + file.bytes.byteLength, 0)
  const stages = Object.keys(measured[0]?.cold.stages ?? {})
  return stages.map((stage) => {
    const seconds = median(measured.map(({ cold }) => cold.stages[stage]?.seconds ?? Number.NaN))
    const { files = {}, chunks = 0 } = measured[0]?.cold ?? {}
    const indexed = Number(files.indexed ?? 0)
    return {
      corpus: corpus.name,
      stage,
      s: seconds.toFixed(2),
      'files/s': (indexed / seconds).toFixed(0),
      'MB/s': (bytes / 1e6 / seconds).toFixed(1),
      'chunks/s': stage === 'analyzing' ? '–' : (chunks / seconds).toFixed(0),
    }
  })
}

function wholeRow(corpus: Corpus, measured: readonly Round[]): Record<string, string> {
  const of = (pick: (round: Round) => number): number => median(measured.map(pick))
  const [first] = measured
  const latencies = measured.flatMap(({ cold }) => cold.latenciesMs)
  return {
    corpus: corpus.name,
    files: String(first?.cold.files.indexed ?? 0),
    chunks: String(first?.cold.chunks ?? 0),
    'bare s': of(({ bareSeconds }) => bareSeconds).toFixed(2),
    'cold s': of(({ cold }) => cold.seconds).toFixed(2),
    'cold ÷ bare': of(({ cold, bareSeconds }) => cold.seconds / bareSeconds).toFixed(2),
    'unchanged s': of(({ unchanged }) => unchanged.seconds).toFixed(2),
    'unchanged ÷ cold': of(({ unchanged, cold }) => unchanged.seconds / cold.seconds).toFixed(3),
    'one changed s': of(({ oneChanged }) => oneChanged.seconds).toFixed(2),
    'peak MB': megabytes(of(({ cold }) => cold.peakBytes ?? Number.NaN)),
    'loop p99 ms': of(({ cold }) => cold.eventLoopDelayMs).toFixed(1),
    'progress %': of(({ cold }) => (100 * cold.progressCpuSeconds) / cold.cpuSeconds).toFixed(1),
    'disk MB': megabytes(of(({ cold }) => cold.diskBytes)),
    'search p50 ms': percentile(latencies, 0.5).toFixed(1),
    'search p95 ms': percentile(latencies, 0.95).toFixed(1),
  }
}

async function measureLarge(): Promise<Record<string, string>[]> {
  const [corpus] = corpora
  if (!corpus) return []
  const rows: Record<string, string>[] = []
  for (const repository of [repositoryOf(corpus), multipliedRepository(corpus, largeCopies)]) {
    const data = mkdtempSync(join(tmpdir(), 'cairn-bench-'))
    const run = await measureRun(repository, data, searches)
    rmSync(data, { recursive: true, force: true })
    rows.push({
      files: String(run.files.indexed),
      chunks: String(run.chunks),
      'cold s': run.seconds.toFixed(1),
      'peak MB': megabytes(run.peakBytes),
      'loop p99 ms': run.eventLoopDelayMs.toFixed(1),
      'disk MB': megabytes(run.diskBytes),
      'search p50 ms': percentile(run.latenciesMs, 0.5).toFixed(1),
      'search p95 ms': percentile(run.latenciesMs, 0.95).toFixed(1),
    })
  }
  return rows
}

const chosen = corpora.filter(
  ({ name }) => positionals.length === 0 || positionals.some((prefix) => name.startsWith(prefix)),
)
const whole: Record<string, string>[] = []
const byStage: Record<string, string>[] = []
for (const corpus of chosen) {
  const repository = repositoryOf(corpus)
  const measured: Round[] = []
  for (let round = 0; round < rounds; round++) measured.push(await measureRound(corpus, repository))
  whole.push(wholeRow(corpus, measured))
  byStage.push(...stageRows(corpus, measured))
  process.stdout.write(`${markdownTable([wholeRow(corpus, measured)])}\n`)
}
const large = values.large ? await measureLarge() : []

const [cpu] = cpus()
const machine = `${cpu?.model ?? 'unknown processor'}, ${availableParallelism()} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${process.platform} ${process.arch}, Node ${process.version}`
const report = [
  `\n## ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`,
  `${machine}. Medians of ${rounds} rounds; the bare parse is web-tree-sitter on two workers doing nothing else, measured in the same round.`,
  markdownTable(whole),
  markdownTable(byStage),
  ...(large.length > 0 ? [`Ten times over (one round):\n\n${markdownTable(large)}`] : []),
].join('\n\n')
appendFileSync(new URL('../../../docs/benchmarks.md', import.meta.url), `${report}\n`)
process.stdout.write(`${report}\n`)
