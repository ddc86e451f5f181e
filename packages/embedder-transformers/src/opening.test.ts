import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findRuntime, type RuntimeName } from './find-runtime.ts'
import { describeWithModels, folders } from './models.test-support.ts'
import type { TransformersOptions } from './options.ts'
import { type TransformersEmbedder, transformers } from './transformers.ts'

let work: string
let folder: string
const opened: TransformersEmbedder[] = []

beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'cairn-model-'))
  folder = join(work, 'all-MiniLM-L6-v2')
})

afterEach(async () => {
  await Promise.all(opened.splice(0).map((embedder) => embedder.close()))
  await rm(work, { recursive: true, force: true })
})

async function open(options: Partial<TransformersOptions> = {}): Promise<TransformersEmbedder> {
  const model = 'all-MiniLM-L6-v2'
  const embedder = await transformers({ model, localPath: folder, workers: 1, ...options })
  opened.push(embedder)
  return embedder
}

async function changeJson(file: string, change: (value: Record<string, unknown>) => void) {
  const value = JSON.parse(await readFile(join(folder, file), 'utf8'))
  change(value)
  await writeFile(join(folder, file), JSON.stringify(value))
}

// One worker needs longer for them than another needs to start.
const longTexts = Array.from({ length: 200 }, (_, index) => `${index} ${'word '.repeat(300)}`)

const unavailable = (message: string | RegExp): object => ({
  name: 'EmbedderError',
  code: 'EMBEDDER_UNAVAILABLE',
  recoverable: false,
  message:
    typeof message === 'string' ? expect.stringContaining(message) : expect.stringMatching(message),
})

describeWithModels('a folder that is no whole model', () => {
  beforeEach(async () => {
    await cp(folders.miniLm, folder, {
      recursive: true,
      filter: (path) => !path.endsWith('model.onnx'),
    })
  })

  test.each([
    'config.json',
    'tokenizer.json',
    'tokenizer_config.json',
    'onnx/model_quantized.onnx',
  ])('is refused when %s is missing, and named', async (file) => {
    await rm(join(folder, file))
    await expect(open()).rejects.toMatchObject(unavailable(`lacks ${file} in ${folder}`))
  })

  test.each([
    ['config.json', 100],
    ['tokenizer.json', 400_000],
    ['tokenizer_config.json', 30],
  ])('is refused when %s is cut, and the file is named', async (file, bytes) => {
    await truncate(join(folder, file), bytes)
    await expect(open()).rejects.toMatchObject(unavailable(`${file} is not whole`))
  })

  test.each([
    ['cut', 10_000_000],
    ['empty', 0],
  ])('is refused when the weights are %s', async (_, bytes) => {
    await truncate(join(folder, 'onnx/model_quantized.onnx'), bytes)
    for (const runtime of ['@huggingface/transformers', '@xenova/transformers'] as const) {
      await expect(open({ runtime })).rejects.toMatchObject(
        unavailable('has weights that ONNX Runtime cannot open'),
      )
    }
  })

  test('is refused when the tokenizer has tokens that the model has not', async () => {
    await changeJson('tokenizer.json', ({ model }) => {
      Object.assign((model as { vocab: object }).vocab, { cairn: 30_522 })
    })
    await expect(open()).rejects.toMatchObject(
      unavailable('a tokenizer with the token 30522 and a config.json with 30522 tokens'),
    )
    await changeJson('config.json', (config) => Object.assign(config, { vocab_size: 30_523 }))
    await expect(open()).rejects.toMatchObject(
      unavailable('has weights that do not take the tokens of its tokenizer'),
    )
  })

  test('is refused when the weights are of another width than config.json says', async () => {
    await changeJson('config.json', (config) => Object.assign(config, { hidden_size: 768 }))
    await expect(open()).rejects.toMatchObject(
      unavailable('has weights for vectors of 384 dimensions, not 768'),
    )
  })

  test('is refused when it is not the known model that it is called', async () => {
    await expect(open({ model: 'bge-base-en-v1.5' })).rejects.toMatchObject(
      unavailable('has weights for vectors of 384 dimensions, not 768'),
    )
  })

  test('is refused when the tokenizer is none', async () => {
    await writeFile(join(folder, 'tokenizer.json'), '{}')
    await expect(open()).rejects.toMatchObject(unavailable('has a tokenizer that cannot be used'))
  })

  test('is refused when more tokens are asked for than it has positions', async () => {
    await expect(open({ maxTokens: 513 })).rejects.toMatchObject({
      code: 'INVALID_OPTIONS',
      message: 'maxTokens is 513; the model all-MiniLM-L6-v2 looks at 512 at most.',
    })
  })

  test('fails the call, not the process, when it is gone before a second worker starts', async () => {
    const embedder = await open({ workers: 2 })
    await rm(folder, { recursive: true })
    await expect(embedder.embedDocuments(longTexts)).rejects.toMatchObject({
      code: 'EMBEDDER_UNAVAILABLE',
    })
    expect(await embedder.embedDocuments(['one'])).toHaveLength(1)
  })

  test('fails the call when its files change before a second worker starts', async () => {
    const embedder = await open({ workers: 2 })
    await changeJson('tokenizer_config.json', (config) => Object.assign(config, { changed: true }))
    await expect(embedder.embedDocuments(longTexts)).rejects.toMatchObject(
      unavailable('have changed since it was opened'),
    )
  })

  test('opens with limits of its own when the model is not known, if it is told how to pool', async () => {
    const embedder = await open({ model: 'mine', pooling: 'mean' })
    expect(embedder).toMatchObject({
      id: 'mine-q8',
      maxTokens: 512,
      fusion: { dense: 2, lexical: 1 },
    })
  })

  test('stops opening when its signal is aborted, and leaves no worker', async () => {
    const controller = new AbortController()
    const reason = new Error('enough')
    const onProgress = (): void => controller.abort(reason)
    const call = open({ signal: controller.signal, onProgress })
    await expect(call).rejects.toBe(reason)
  })
})

test('says that a folder is not there', async () => {
  await expect(open()).rejects.toMatchObject(unavailable(`in ${folder}`))
})

/** Runs this package as an app has it that installed these runtimes. */
async function findInApp(...runtimes: readonly RuntimeName[]): Promise<string> {
  await cp(import.meta.dirname, join(work, 'src'), { recursive: true })
  for (const name of ['@cairn/core', ...runtimes]) {
    await mkdir(dirname(join(work, 'node_modules', name)), { recursive: true })
    const installed = join(import.meta.dirname, '../node_modules', name)
    await symlink(installed, join(work, 'node_modules', name))
  }
  const program = `
    import { findRuntime } from ${JSON.stringify(pathToFileURL(join(work, 'src/find-runtime.ts')))}
    try {
      process.stdout.write(findRuntime(undefined).name)
    } catch ({ code, message }) {
      process.stdout.write(code + ': ' + message)
    }`
  const flags = ['--conditions=@cairn/source', '--input-type=module', '--eval', program]
  // The package manager names a folder with all packages in it to what it runs.
  const env = { ...process.env, NODE_PATH: '' }
  const { stdout } = await promisify(execFile)(process.execPath, flags, { env })
  return stdout
}

test('says what to install when there is no runtime', async () => {
  expect(await findInApp()).toBe(
    'EMBEDDER_UNAVAILABLE: A neural embedder needs @huggingface/transformers or @xenova/transformers: npm install @huggingface/transformers',
  )
})

test('takes the runtime that is installed, the current one where both are', async () => {
  expect(await findInApp('@xenova/transformers')).toBe('@xenova/transformers')
  expect(findRuntime(undefined).name).toBe('@huggingface/transformers')
  expect(findRuntime('@xenova/transformers').name).toBe('@xenova/transformers')
})

test('refuses to download when that is forbidden, and names what is missing', async () => {
  const call = transformers({ model: 'bge-small-en-v1.5', cacheDir: work, allowRemote: false })
  await expect(call).rejects.toMatchObject(
    unavailable(
      /lacks config\.json, .*model_quantized\.onnx in .*Xenova.bge-small-en-v1\.5\..*allowRemote/,
    ),
  )
})
