import { createReadStream } from 'node:fs'
import { cp, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { describeWithModels, folders } from './models.test-support.ts'
import type { ModelProgress, TransformersOptions } from './options.ts'
import { type TransformersEmbedder, transformers } from './transformers.ts'

type Answer = (path: string, response: ServerResponse, request: IncomingMessage) => unknown

let work: string
let server: Server
let host: string
let requests: string[]
let answer: Answer
const opened: TransformersEmbedder[] = []
const prefix = '/Xenova/all-MiniLM-L6-v2/resolve/main/'

/** Serves the real model as the Hub does. */
const serveModel: Answer = async (path, response) => {
  const file = join(folders.miniLm, path)
  const { size } = await stat(file)
  response.writeHead(200, { 'content-length': size })
  createReadStream(file).pipe(response)
}

beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'cairn-download-'))
  requests = []
  answer = serveModel
  server = createServer((request, response) => {
    const path = (request.url ?? '').replace(prefix, '')
    requests.push(path)
    answer(path, response, request)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('The server has no port.')
  host = `http://127.0.0.1:${address.port}`
})

afterEach(async () => {
  await Promise.all(opened.splice(0).map((embedder) => embedder.close()))
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await rm(work, { recursive: true, force: true })
})

async function open(options: Partial<TransformersOptions> = {}): Promise<TransformersEmbedder> {
  const embedder = await transformers({
    model: 'all-MiniLM-L6-v2',
    cacheDir: work,
    remoteHost: host,
    workers: 1,
    ...options,
  })
  opened.push(embedder)
  return embedder
}

async function leftOver(): Promise<string[]> {
  const entries = await readdir(work, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => entry.name)
}

describeWithModels('the download of a model', () => {
  test('tells of every file from its first bytes to its last, and then of the loading', async () => {
    const progress: ModelProgress[] = []
    await open({ onProgress: (one) => progress.push(one) })
    const weights = progress.filter(
      (one) => one.stage === 'downloading' && one.file === 'onnx/model_quantized.onnx',
    )
    expect(weights.length).toBeGreaterThan(50)
    expect(weights.length).toBeLessThan(150)
    expect(weights[0]).toMatchObject({ totalBytes: 22_972_370 })
    expect(weights.at(-1)).toMatchObject({ loadedBytes: 22_972_370 })
    expect(progress.map(({ stage }) => stage).filter((stage) => stage !== 'downloading')).toEqual([
      'loading',
      'ready',
    ])
    expect(progress.at(-1)).toEqual({ stage: 'ready' })
  })

  test('is needed once: after it the network is not asked, and may be forbidden', async () => {
    const first = await open()
    expect(requests.toSorted()).toEqual([
      'config.json',
      'onnx/model_quantized.onnx',
      'tokenizer.json',
      'tokenizer_config.json',
    ])
    const second = await open({ runtime: '@huggingface/transformers' })
    const offline = await open({ allowRemote: false })
    expect(requests).toHaveLength(4)
    expect(second.fingerprint).toBe(first.fingerprint)
    expect(await offline.embedQuery('retry')).toEqual(await first.embedQuery('retry'))
  })

  test('gets only what is missing', async () => {
    const folder = join(work, 'Xenova/all-MiniLM-L6-v2')
    await mkdir(join(folder, 'onnx'), { recursive: true })
    const weights = 'onnx/model_quantized.onnx'
    await cp(join(folders.miniLm, weights), join(folder, weights))
    await open()
    expect(requests).not.toContain(weights)
    expect(requests).toHaveLength(3)
  })

  test('may run twice at once', async () => {
    const [one, other] = await Promise.all([open(), open()])
    expect(await one?.embedQuery('retry')).toEqual(await other?.embedQuery('retry'))
    expect(await leftOver()).toHaveLength(4)
  })

  test('that ends early leaves no file, can be tried again, and then works', async () => {
    answer = async (path, response, request) => {
      if (!path.endsWith('.onnx')) return serveModel(path, response, request)
      const { size } = await stat(join(folders.miniLm, path))
      response.writeHead(200, { 'content-length': size })
      response.write(Buffer.alloc(100_000))
      response.once('drain', () => response.destroy())
    }
    await expect(open()).rejects.toMatchObject({
      name: 'EmbedderError',
      code: 'EMBEDDER_UNAVAILABLE',
      recoverable: true,
      message: expect.stringContaining('model_quantized.onnx could not be downloaded'),
    })
    expect((await leftOver()).toSorted()).toEqual([
      'config.json',
      'tokenizer.json',
      'tokenizer_config.json',
    ])
    answer = serveModel
    expect((await open()).dimensions).toBe(384)
  })

  test('stops when its signal is aborted, and leaves nothing half', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const onProgress = (progress: ModelProgress): void => {
      if (progress.stage === 'downloading' && progress.file.endsWith('.onnx')) {
        controller.abort(reason)
      }
    }
    await expect(open({ signal: controller.signal, onProgress })).rejects.toBe(reason)
    expect(await leftOver()).toHaveLength(3)
  })
})

test.each([
  [401, false, 'there is no such model or file, or it is not public'],
  [404, false, 'there is no such model or file, or it is not public'],
  [429, true, 'answered with 429'],
  [503, true, 'answered with 503'],
])(
  'a server that answers with %i is named, and worth another try: %s',
  async (status, recoverable, words) => {
    answer = (_, response) => response.writeHead(status).end()
    await expect(open()).rejects.toMatchObject({
      code: 'EMBEDDER_UNAVAILABLE',
      recoverable,
      message: expect.stringContaining(words),
    })
    expect(await leftOver()).toEqual([])
  },
)

test('a server that is not there is worth another try', async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await expect(open()).rejects.toMatchObject({ code: 'EMBEDDER_UNAVAILABLE', recoverable: true })
  server.listen()
})
