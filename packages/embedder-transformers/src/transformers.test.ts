import { execFile } from 'node:child_process'
import { basename, dirname } from 'node:path'
import { promisify } from 'node:util'
import * as current from '@huggingface/transformers'
import * as former from '@xenova/transformers'
import { afterEach, expect, test } from 'vitest'
import { type RuntimeName, runtimeNames } from './find-runtime.ts'
import { describeWithModels, folders } from './models.test-support.ts'
import type { TransformersOptions } from './options.ts'
import { type TransformersEmbedder, transformers } from './transformers.ts'

const opened: TransformersEmbedder[] = []

async function open(options: Partial<TransformersOptions> = {}): Promise<TransformersEmbedder> {
  const embedder = await transformers({
    model: 'all-MiniLM-L6-v2',
    localPath: folders.miniLm,
    workers: 2,
    ...options,
  })
  opened.push(embedder)
  return embedder
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((embedder) => embedder.close()))
})

function cosine(left: Float32Array, right: Float32Array): number {
  return left.reduce((sum, value, index) => sum + value * (right[index] ?? 0), 0)
}

const code = [
  'export function retry(request) {\n  return send(request).catch(() => retry(request))\n}',
  'def parse_date(text):\n    return datetime.strptime(text, "%Y-%m-%d")',
  'SELECT name FROM users WHERE id = ?',
  'x',
]

type Pipeline = (text: string, options: { pooling: 'mean' | 'cls'; normalize: boolean }) => unknown

async function barePipeline(runtime: RuntimeName, folder: string): Promise<Pipeline> {
  const { env } = runtime === '@huggingface/transformers' ? current : former
  env.allowRemoteModels = false
  env.localModelPath = `${dirname(folder)}/`
  const name = basename(folder)
  return runtime === '@huggingface/transformers'
    ? await current.pipeline('feature-extraction', name, { dtype: 'q8' })
    : await former.pipeline('feature-extraction', name, { quantized: true })
}

async function bareVector(pipeline: Pipeline, text: string, pooling: 'mean' | 'cls') {
  const { data } = (await pipeline(text, { pooling, normalize: true })) as { data: unknown }
  if (!(data instanceof Float32Array)) throw new Error('The bare pipeline gave no vector.')
  return data
}

describeWithModels('transformers', () => {
  test.each(runtimeNames)(
    'gives the vectors that the bare pipeline of %s gives',
    async (runtime) => {
      const embedder = await open({ runtime })
      const pipeline = await barePipeline(runtime, folders.miniLm)
      const vectors = await embedder.embedDocuments(code)
      for (const [index, text] of code.entries()) {
        const bare = await bareVector(pipeline, text, 'mean')
        expect(cosine(vectors[index] ?? bare.map(() => 0), bare)).toBeGreaterThan(0.999)
      }
    },
  )

  test('pools and prefixes as the authors of the known model say', async () => {
    const embedder = await open({ model: 'bge-small-en-v1.5', localPath: folders.bgeSmall })
    const pipeline = await barePipeline('@huggingface/transformers', folders.bgeSmall)
    const [text = ''] = code
    const prefix = 'Represent this sentence for searching relevant passages: '
    const [document] = await embedder.embedDocuments([text])
    const query = await embedder.embedQuery(text)
    expect(cosine(document ?? query, await bareVector(pipeline, text, 'cls'))).toBeGreaterThan(
      0.999,
    )
    expect(cosine(query, await bareVector(pipeline, prefix + text, 'cls'))).toBeGreaterThan(0.999)
    expect(cosine(document ?? query, query)).toBeLessThan(0.999)
  })

  test('puts a prefix of its options before documents and before queries', async () => {
    const plain = await open()
    const prefixed = await open({ documentPrefix: 'passage: ', queryPrefix: 'query: ' })
    const [expected] = await plain.embedDocuments(['passage: retry'])
    expect(await prefixed.embedDocuments(['retry'])).toEqual([expected])
    expect(await prefixed.embedQuery('retry')).toEqual(await plain.embedQuery('query: retry'))
    expect(prefixed.fingerprint).not.toBe(plain.fingerprint)
  })

  test('sets the words of identifiers apart for a tokenizer that lowers case, unless it is told not to', async () => {
    const embedder = await open()
    const whole = await open({ splitIdentifiers: false })
    const [camel, apart] = await embedder.embedDocuments(['parseHTTPHeader', 'parse HTTP Header'])
    expect(camel).toEqual(apart)
    expect(await embedder.embedQuery('parseHTTPHeader')).toEqual(apart)
    const [unsplit] = await whole.embedDocuments(['parseHTTPHeader'])
    expect(cosine(unsplit ?? new Float32Array(), camel ?? new Float32Array())).toBeLessThan(0.95)
    expect(whole.fingerprint).not.toBe(embedder.fingerprint)
  })

  test('gives a text the same vector whatever the batch, the workers and the pooled threads', async () => {
    const texts = Array.from({ length: 40 }, (_, index) => `${code[index % 4]} // ${index}`)
    const one = await open({ workers: 1 })
    const expected = await one.embedDocuments(texts)
    const two = await open({ workers: 2 })
    expect(await two.embedDocuments(texts.toReversed())).toEqual(expected.toReversed())
    expect(await two.embedDocuments(texts.slice(7, 8))).toEqual(expected.slice(7, 8))
    expect(two.fingerprint).toBe(one.fingerprint)
  })

  test('says what it is: name, dimensions, limit, weights of fusion, what computes', async () => {
    const embedder = await open()
    expect(embedder).toMatchObject({
      id: 'all-MiniLM-L6-v2-q8',
      dimensions: 384,
      maxTokens: 256,
      workers: 2,
      runtime: expect.stringMatching(
        /^@huggingface\/transformers@4\.\d+\.\d+ @huggingface\/tokenizers@0\.\d+\.\d+ onnxruntime-node@1\.\d+\.\d+$/,
      ),
    })
    expect(embedder.fingerprint).toMatch(/^transformers-all-MiniLM-L6-v2-[0-9a-f]{64}$/)
  })

  test('has another fingerprint with other weights, options or another runtime', async () => {
    const variants: Partial<TransformersOptions>[] = [
      {},
      { dtype: 'fp32' },
      { pooling: 'cls' },
      { maxTokens: 128 },
      { runtime: '@xenova/transformers' },
    ]
    const prints = new Set<string>()
    for (const variant of variants) prints.add((await open(variant)).fingerprint)
    expect(prints.size).toBe(variants.length)
    expect(prints).toContain((await open({ fusion: { dense: 9, lexical: 1 } })).fingerprint)
  })

  test('tells how many texts it cut, to the caller of the call and to the owner', async () => {
    const ofOwner: number[] = []
    const ofCall: number[] = []
    const embedder = await open({ maxTokens: 16, onTruncated: (texts) => ofOwner.push(texts) })
    const onTruncated = (texts: number): void => {
      ofCall.push(texts)
    }
    await embedder.embedDocuments(['short', 'also short'], { onTruncated })
    expect(ofCall).toEqual([])
    // 14 words and two markers fill the limit.
    const filled = 'word '.repeat(14)
    await embedder.embedDocuments([filled, `${filled} more`, 'short', 'word '.repeat(5000)], {
      onTruncated,
    })
    await embedder.embedQuery('word '.repeat(15), { onTruncated })
    expect(ofCall).toEqual([2, 1])
    expect(ofOwner).toEqual([2, 1])
  })

  test('cuts behind the last token that fits, and keeps the markers at both ends', async () => {
    const embedder = await open({ maxTokens: 16, pooling: 'last' })
    const filled = 'word '.repeat(14)
    const [whole, cut] = await embedder.embedDocuments([filled, `${filled} and more of it`])
    expect(cut).toEqual(whole)
  })

  test.each([
    ['an empty text', ''],
    ['one token repeated 100,000 times', 'a '.repeat(100_000)],
    ['one word of 100,000 letters', 'a'.repeat(100_000)],
    ['a lone surrogate', 'a \ud800 b'],
    ['half of an emoji at the cut', `${'a '.repeat(4096)}😀`.slice(0, 8193)],
    ['the markers of the model', '[CLS] [SEP] [PAD]'],
    ['nothing but spaces', ' '.repeat(20_000)],
  ])('gives %s a vector of unit length', async (_, text) => {
    for (const runtime of runtimeNames) {
      const embedder = await open({ runtime })
      const [vector] = await embedder.embedDocuments([text])
      const query = await embedder.embedQuery(text)
      expect(vector).toEqual(query)
      expect(cosine(query, query)).toBeCloseTo(1, 5)
    }
  })

  test('refuses what is not a string', async () => {
    const embedder = await open()
    const notText = JSON.parse('[null]')
    await expect(embedder.embedDocuments(notText)).rejects.toMatchObject({
      code: 'INVALID_OPTIONS',
    })
  })

  test('lets a query go before documents that wait', async () => {
    const embedder = await open({ workers: 1 })
    const many = Array.from({ length: 60 }, (_, index) => `${code[0]} ${index}`)
    const ends: string[] = []
    const documents = embedder.embedDocuments(many).then(() => ends.push('documents'))
    const query = embedder.embedQuery('retry').then(() => ends.push('query'))
    await Promise.all([documents, query])
    expect(ends).toEqual(['query', 'documents'])
  })

  test('rejects with the reason of a signal, and embeds again after it', async () => {
    const embedder = await open()
    const many = Array.from({ length: 400 }, (_, index) => `${code[0]} ${index}`)
    const controller = new AbortController()
    const reason = new Error('enough')
    const call = embedder.embedDocuments(many, { signal: controller.signal })
    setImmediate(() => controller.abort(reason))
    await expect(call).rejects.toBe(reason)
    await expect(embedder.embedQuery('a', { signal: controller.signal })).rejects.toBe(reason)
    expect(await embedder.embedDocuments(['still works'])).toHaveLength(1)
  })

  test('rejects calls that are under way at the close, and those that follow', async () => {
    const embedder = await open()
    const call = embedder.embedDocuments(Array.from({ length: 400 }, () => code[0] ?? ''))
    const rejected = expect(call).rejects.toMatchObject({ name: 'EmbedderError', code: 'CLOSED' })
    setImmediate(() => embedder.close())
    await rejected
    await expect(embedder.embedQuery('a')).rejects.toMatchObject({ code: 'CLOSED' })
    await embedder.close()
  })

  test('goes on after a worker was killed: its call may be tried again', async () => {
    const embedder = await open({ runtime: '@xenova/transformers', workers: 1 })
    const call = embedder.embedDocuments(Array.from({ length: 400 }, () => code[0] ?? ''))
    const rejected = expect(call).rejects.toMatchObject({
      code: 'EMBEDDER_UNAVAILABLE',
      recoverable: true,
      message: 'A worker that embeds has died.',
    })
    const { stdout } = await promisify(execFile)('pgrep', [
      ...['-P', String(process.pid)],
      ...['-f', 'embed.worker'],
    ])
    for (const pid of stdout.trim().split('\n')) process.kill(Number(pid), 'SIGKILL')
    await rejected
    expect(await embedder.embedDocuments(['one'])).toHaveLength(1)
  })

  test('leaves no thread behind', async () => {
    const threads = (): number =>
      process.getActiveResourcesInfo().filter((name) => name === 'MessagePort').length
    const before = threads()
    const embedder = await transformers({
      model: 'all-MiniLM-L6-v2',
      localPath: folders.miniLm,
      workers: 2,
    })
    await embedder.embedDocuments(code)
    await embedder.close()
    expect(threads()).toBe(before)
  })

  test.each(runtimeNames)(
    'does not keep a process alive that never closes it on %s, and writes nothing',
    async (runtime) => {
      const program = `
      import { transformers } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)}
      const embedder = await transformers({
        model: 'all-MiniLM-L6-v2', localPath: ${JSON.stringify(folders.miniLm)}, workers: 2,
        runtime: ${JSON.stringify(runtime)},
      })
      const vectors = await embedder.embedDocuments(['one', 'two', 'three', 'four', 'five'])
      process.stdout.write(String(vectors.length))`
      const flags = ['--conditions=@cairn/source', '--disable-warning=ExperimentalWarning']
      const { stdout, stderr } = await promisify(execFile)(process.execPath, [
        ...flags,
        '--input-type=module',
        '--eval',
        program,
      ])
      expect({ stdout, stderr }).toEqual({ stdout: '5', stderr: '' })
    },
  )
})
