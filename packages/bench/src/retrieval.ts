// How well embedders find code by its documentation, and how fast the default one embeds:
//
//   node --conditions=@cairn/source packages/bench/src/retrieval.ts [--split tuning|test] [--grid]
//     [--embedder static|miniLm|bgeSmall]… [--functions 1000]
//
// --grid prints what other weights of fusion would give, which is for the split `tuning`.
//
// The question is the first sentence of a function's documentation, the right answer the function
// without its documentation, among 1,000 functions a language. Of a function is embedded, and split into
// words, what a run takes: the line that says where it stands, and its source. Weights were chosen on the packages of
// `tuning`; what is reported is `test`, which shares no package with it.
import { parseArgs } from 'node:util'
import type { Embedder } from '@cairn/core'
import { staticEmbedder } from '@cairn/embedder-static'
import { transformers } from '@cairn/embedder-transformers'
import { fetchModel, publishedModels } from '@cairn/models'
import { createLexicalScorer } from './retrieval-bm25.ts'
import { documentedFunctions } from './retrieval-functions.ts'
import { type CorpusLanguage, corpora } from './retrieval-packages.ts'
import { cosineScorer, measureQuality, type Quality } from './retrieval-quality.ts'

// Where the hashed half of a vector ends and the distilled one begins.
const hashedDimensions = 256
const timedRounds = 7
const languages: readonly CorpusLanguage[] = ['Python', 'TypeScript/JavaScript']

// Of BM25, out of 1.
const gridWeights = [0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7]

const { values } = parseArgs({
  options: {
    split: { type: 'string', default: 'test' },
    functions: { type: 'string', default: '1000' },
    grid: { type: 'boolean', default: false },
    embedder: { type: 'string', multiple: true, default: ['static', 'miniLm', 'bgeSmall'] },
  },
})
const functionsPerLanguage = Number(values.functions)
const corpus = values.split === 'tuning' ? corpora.tuning : corpora.test

const isStaticMeasured = values.embedder.includes('static')
const embedder = staticEmbedder()
const neural = await Promise.all(
  Object.entries(publishedModels)
    .filter(([name]) => values.embedder.includes(name))
    .map(async ([, model]) =>
      transformers({ model: model.name, localPath: await fetchModel(model) }),
    ),
)
const table = new Map<string, string[]>()
const allTexts: string[] = []
for (const language of languages) {
  const functions = await documentedFunctions(language, corpus[language], functionsPerLanguage)
  const sentences = functions.map(({ sentence }) => sentence)
  const texts = functions.map(({ context, text }) => `${context}\n${text}`)
  const measured = isStaticMeasured ? [await measureStatic(sentences, texts)] : []
  for (const one of neural) measured.push(await measureNeural(one, sentences, texts))
  for (const [name, quality] of measured.flatMap((rows) => [...rows])) {
    table.set(name, [...(table.get(name) ?? []), format(quality)])
  }
  allTexts.push(...texts)
}
console.log(`| MRR@10 / Recall@10, ${values.split} packages | ${languages.join(' | ')} |`)
console.log(`| --- |${' --- |'.repeat(languages.length)}`)
for (const [name, cells] of table) console.log(`| ${name} | ${cells.join(' | ')} |`)
await Promise.all([embedder, ...neural].map((one) => one.close?.()))
if (!isStaticMeasured) process.exit()

const meanLength = allTexts.reduce((sum, text) => sum + text.length, 0) / allTexts.length
console.log(`\nchunks/s, of ${Math.round(meanLength)} characters on average, 256 a call, median:`)
for (const threads of [1, 2]) console.log(`- ${threads} worker thread(s): ${await speed(threads)}`)

async function measureStatic(
  sentences: readonly string[],
  texts: readonly string[],
): Promise<Map<string, Quality>> {
  const queries = await Promise.all(sentences.map((sentence) => embedder.embedQuery(sentence)))
  const vectors = await embedder.embedDocuments(texts)
  const part = (start: number, end: number): ((query: number) => Float64Array) =>
    cosineScorer(queries, vectors, start, end)
  const whole = part(0, embedder.dimensions)
  const words = lexicalScorer(sentences, texts)
  const alone = (score: (query: number) => Float64Array): Quality =>
    measureQuality(texts.length, [{ scale: 'fromFiftieth', weight: 1, score }])
  return new Map([
    [
      'BM25 over split identifiers',
      measureQuality(texts.length, [{ scale: 'fromZero', weight: 1, score: words }]),
    ],
    ['hashed subwords, 256 dimensions', alone(part(0, hashedDimensions))],
    ['distilled tokens, 128 dimensions', alone(part(hashedDimensions, embedder.dimensions))],
    ['both joined', alone(whole)],
    ...fusions('both joined', embedder, whole, words, texts.length),
  ])
}

async function measureNeural(
  model: Embedder,
  sentences: readonly string[],
  texts: readonly string[],
): Promise<Map<string, Quality>> {
  const start = performance.now()
  const vectors = await model.embedDocuments(texts)
  const rate = (texts.length / (performance.now() - start)) * 1000
  console.error(`${model.id}: ${rate.toFixed(1)} functions/s with this machine's other work`)
  const queries = await Promise.all(sentences.map((sentence) => model.embedQuery(sentence)))
  const score = cosineScorer(queries, vectors, 0, model.dimensions)
  const words = lexicalScorer(sentences, texts)
  return new Map([
    [model.id, measureQuality(texts.length, [{ scale: 'fromFiftieth', weight: 1, score }])],
    ...fusions(model.id, model, score, words, texts.length),
  ])
}

function lexicalScorer(
  sentences: readonly string[],
  texts: readonly string[],
): (query: number) => Float64Array {
  const score = createLexicalScorer(texts)
  return (query) => score(sentences[query] ?? '')
}

/** Joined with BM25, by the embedder's own weights and, where it is asked for, by others. */
function fusions(
  name: string,
  { fusion = { dense: 2, lexical: 1 } }: Embedder,
  dense: (query: number) => Float64Array,
  lexical: (query: number) => Float64Array,
  count: number,
): [string, Quality][] {
  const others = (values.grid ? gridWeights : []).map((weight) => {
    return { dense: 1 - weight, lexical: weight }
  })
  return [...others, fusion].map((weights) => [
    `${name}, fused with BM25 ${weights.dense.toFixed(2)}:${weights.lexical.toFixed(2)}${weights === fusion ? ', its own' : ''}`,
    measureQuality(count, [
      { scale: 'fromZero', weight: weights.lexical, score: lexical },
      { scale: 'fromFiftieth', weight: weights.dense, score: dense },
    ]),
  ])
}

function format({ meanReciprocalRank, recall }: Quality): string {
  return `${meanReciprocalRank.toFixed(3)} / ${recall.toFixed(3)}`
}

async function speed(threads: number): Promise<string> {
  const timed = staticEmbedder({ threads })
  const rates: number[] = []
  for (let round = 0; round <= timedRounds; round++) {
    const start = performance.now()
    await embedAll(timed, allTexts)
    if (round > 0) rates.push((allTexts.length / (performance.now() - start)) * 1000)
  }
  await timed.close?.()
  const median = rates.sort((first, second) => first - second)[timedRounds >> 1] ?? 0
  return Math.round(median).toLocaleString('en')
}

// All calls at once: workers are never without work.
async function embedAll(target: Embedder, texts: readonly string[]): Promise<void> {
  const calls: Promise<unknown>[] = []
  for (let start = 0; start < texts.length; start += 256) {
    calls.push(target.embedDocuments(texts.slice(start, start + 256)))
  }
  await Promise.all(calls)
}
