// How fast neural embedders embed, beside the bare runtime and beside what one would write first:
//
//   node --conditions=@cairn/source packages/bench/src/embedding.ts [--texts 200] [--rounds 3]
//
// All three take turns on the same functions, because machines drift; medians are printed.
//
// bare    as many threads as the embedder has workers, each a loop over an ONNX session of one thread
//         with one text a run, tokenized before the clock runs
// naive   pipeline('feature-extraction') with its defaults, awaited for one text after the other
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { type TransformersEmbedder, transformers } from '@cairn/embedder-transformers'
import { fetchModel, publishedModels } from '@cairn/models'
import { env, pipeline } from '@huggingface/transformers'
import type { BareEmbedJob } from './bare-embed.worker.ts'
import { markdownTable } from './markdown-table.ts'
import { median } from './median.ts'
import { documentedFunctions } from './retrieval-functions.ts'
import { corpora } from './retrieval-packages.ts'

const { values } = parseArgs({
  options: {
    texts: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '3' },
  },
})
const rounds = Number(values.rounds)
const language = 'TypeScript/JavaScript'
const functions = await documentedFunctions(language, corpora.test[language], Number(values.texts))
// About 250 tokens, which every way looks at as a whole.
const texts = functions.map(({ text }) => text.slice(0, 800))

const rows: Record<string, string>[] = []
for (const [key, model] of Object.entries(publishedModels)) {
  const folder = await fetchModel(model)
  const embedder = await transformers({ model: model.name, localPath: folder })
  const bare = await startBare(embedder, folder)
  const naive = await startNaive(folder)
  const ways = { cairn: () => embedAll(embedder), bare: bare.run, naive: naive.run }
  const seconds: Record<keyof typeof ways, number[]> = { cairn: [], bare: [], naive: [] }
  // The first round opens what is opened late and is not counted.
  for (let round = 0; round <= rounds; round++) {
    for (const [way, work] of Object.entries(ways) as [keyof typeof ways, () => Promise<void>][]) {
      const start = performance.now()
      await work()
      if (round > 0) seconds[way].push((performance.now() - start) / 1000)
    }
  }
  const { workers } = embedder
  await Promise.all([embedder.close(), bare.close(), naive.close()])
  const ratio = (way: 'bare' | 'naive'): string =>
    median(seconds[way].map((took, round) => took / (seconds.cairn[round] ?? 0))).toFixed(2)
  const weightsBytes = statSync(join(folder, 'onnx/model_quantized.onnx')).size
  const extraBytes = peakBytes(key, workers) - peakBytes('static', 1)
  rows.push({
    model: embedder.id,
    workers: String(workers),
    'chunks/s': (texts.length / median(seconds.cairn)).toFixed(1),
    'bare chunks/s': (texts.length / median(seconds.bare)).toFixed(1),
    'naive chunks/s': (texts.length / median(seconds.naive)).toFixed(1),
    'against bare': ratio('bare'),
    'against naive': ratio('naive'),
    'MB of weights': megabytes(weightsBytes),
    'MB above the default embedder': megabytes(extraBytes),
  })
}
console.log(markdownTable(rows))

async function embedAll(embedder: TransformersEmbedder): Promise<void> {
  const size = embedder.batchSize ?? texts.length
  const calls: Promise<unknown>[] = []
  for (let start = 0; start < texts.length; start += size) {
    calls.push(embedder.embedDocuments(texts.slice(start, start + size)))
  }
  await Promise.all(calls)
}

interface Way {
  run(): Promise<void>
  close(): Promise<unknown>
}

async function startBare(
  { workers, maxTokens }: TransformersEmbedder,
  folder: string,
): Promise<Way> {
  const file = new URL('./bare-embed.worker.ts', import.meta.url)
  const threads = Array.from({ length: workers }, (_, share) => {
    const own = texts.filter((_text, index) => index % workers === share)
    const workerData: BareEmbedJob = { folder, maxTokens, texts: own }
    return new Worker(file, { workerData })
  })
  await Promise.all(threads.map((thread) => once(thread, 'message')))
  return {
    async run() {
      const done = threads.map((thread) => once(thread, 'message'))
      for (const thread of threads) thread.postMessage('run')
      await Promise.all(done)
    },
    close: () =>
      Promise.all(
        threads.map((thread) => {
          thread.postMessage('end')
          return once(thread, 'exit')
        }),
      ),
  }
}

async function startNaive(folder: string): Promise<Way> {
  env.allowRemoteModels = false
  env.localModelPath = `${dirname(folder)}/`
  const extract = await pipeline('feature-extraction', basename(folder), { dtype: 'q8' })
  return {
    async run() {
      for (const text of texts) await extract(text, { pooling: 'mean', normalize: true })
    },
    close: () => extract.dispose(),
  }
}

function peakBytes(embedder: string, workers: number): number {
  const script = fileURLToPath(new URL('./embedding-memory.ts', import.meta.url))
  const flags = ['--conditions=@cairn/source', '--disable-warning=ExperimentalWarning']
  const parameters = [...flags, script, embedder, String(workers)]
  return Number(execFileSync(process.execPath, parameters, { encoding: 'utf8' }))
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0)
}
