/**
 * Time of parsing with chunks, symbols and references against web-tree-sitter parsing the same files
 * on two workers and doing nothing else; both in the same run, alternately, because machines drift.
 *
 *     node --conditions=@cairn/source packages/bench/src/parsing.ts [corpus…]
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createParser, type Parser } from '@cairn/core'
import { grammarOf, parseBare } from './bare-parse.ts'
import { type CorpusFile, corpora, loadCorpus } from './corpus.ts'
import { median } from './median.ts'

const threads = 2
const rounds = Number(process.env.CAIRN_BENCH_ROUNDS ?? 3)
const inFlight = 64

interface Totals {
  files: number
  chunks: number
  symbols: number
  references: number
}

const chosen = process.argv.slice(2)
const rows: Record<string, string | number>[] = []
for (const corpus of corpora) {
  if (chosen.length > 0 && !chosen.some((name) => corpus.name.startsWith(name))) continue
  const files = loadCorpus(corpus)
  const grammar = grammarOf(corpus)
  const bytes = files.reduce((sum, file) => sum + file.bytes.byteLength, 0)
  const ratios: number[] = []
  let bestBareMs = Number.POSITIVE_INFINITY
  let bestMs = Number.POSITIVE_INFINITY
  let delayMs = 0
  for (let round = 0; round < rounds; round++) {
    const bareMs = await timed(() => parseBare(files, grammar, threads))
    const delay = monitorEventLoopDelay({ resolution: 2 })
    delay.enable()
    const ms = await timed(() => parseWhole(files))
    delay.disable()
    delayMs = Math.max(delayMs, delay.percentile(99) / 1e6)
    ratios.push(ms / bareMs)
    bestBareMs = Math.min(bestBareMs, bareMs)
    bestMs = Math.min(bestMs, ms)
  }
  rows.push({
    corpus: corpus.name,
    MB: (bytes / 1e6).toFixed(1),
    'bare s': (bestBareMs / 1e3).toFixed(2),
    'cairn s': (bestMs / 1e3).toFixed(2),
    ratio: median(ratios).toFixed(2),
    'files/s': Math.round(files.length / (bestMs / 1e3)),
    'MB/s': (bytes / 1e6 / (bestMs / 1e3)).toFixed(1),
    'delay p99 ms': delayMs.toFixed(1),
    ...(await countAll(files)),
  })
}
console.table(rows)

/** Parses as a run does: the results are passed on as they come from the threads. */
async function parseWhole(files: readonly CorpusFile[]): Promise<void> {
  await eachFile(files, async (parser, file) => {
    await parser.parseEncoded({ ...file, language: parser.languageOf(file.path, file.bytes) })
  })
}

async function countAll(files: readonly CorpusFile[]): Promise<Totals> {
  const totals: Totals = { files: 0, chunks: 0, symbols: 0, references: 0 }
  await eachFile(files, async (parser, file) => {
    const language = parser.languageOf(file.path, file.bytes)
    const parsed = await parser.parse({ ...file, language })
    totals.files++
    totals.chunks += parsed.chunks.length
    totals.symbols += parsed.symbols.length
    totals.references += parsed.references.length + parsed.heritage.length
  })
  return totals
}

async function eachFile(
  files: readonly CorpusFile[],
  work: (parser: Parser, file: CorpusFile) => Promise<void>,
): Promise<void> {
  const parser = createParser({ threads })
  let next = 0
  const take = async (): Promise<void> => {
    for (let file = files[next++]; file !== undefined; file = files[next++]) {
      await work(parser, file)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, take))
  await parser.close()
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}
