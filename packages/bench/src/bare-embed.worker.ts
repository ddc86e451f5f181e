// A bare loop over an ONNX session: texts are tokenized before the clock runs, and states are dropped.
import { realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { AutoTokenizer, env } from '@huggingface/transformers'

/** What the thread gets. */
export interface BareEmbedJob {
  readonly folder: string
  readonly maxTokens: number
  readonly texts: readonly string[]
}

interface Onnx {
  readonly Tensor: new (type: string, data: BigInt64Array, dims: readonly number[]) => unknown
  readonly InferenceSession: {
    create(path: string, options: object): Promise<{ run(inputs: object): Promise<unknown> }>
  }
}

const { folder, maxTokens, texts } = workerData as BareEmbedJob
const require = createRequire(import.meta.url)
const runtime = realpathSync(require.resolve('@huggingface/transformers'))
const onnx = createRequire(runtime)('onnxruntime-node') as Onnx

env.allowRemoteModels = false
env.localModelPath = `${dirname(folder)}/`
const tokenizer = await AutoTokenizer.from_pretrained(basename(folder))
const inputs = texts.map((text) => {
  const encoded = tokenizer(text, { truncation: true, max_length: maxTokens, return_tensor: false })
  const ids = BigInt64Array.from(encoded.input_ids as number[], BigInt)
  const tensor = (values: BigInt64Array): unknown =>
    new onnx.Tensor('int64', values, [1, ids.length])
  return {
    input_ids: tensor(ids),
    attention_mask: tensor(new BigInt64Array(ids.length).fill(1n)),
    token_type_ids: tensor(new BigInt64Array(ids.length)),
  }
})
const session = await onnx.InferenceSession.create(join(folder, 'onnx/model_quantized.onnx'), {
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
})

parentPort?.on('message', async (message: 'run' | 'end') => {
  if (message === 'end') {
    parentPort?.close()
    return
  }
  for (const input of inputs) await session.run(input)
  parentPort?.postMessage('done')
})
parentPort?.postMessage('ready')
