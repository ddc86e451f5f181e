import type { Embedder } from '@cairn/core'
import type { Pooling } from './options.ts'

/** What the authors of a model say of its use. */
export interface KnownModel {
  /** Repository of the Hub with ONNX weights. */
  readonly repository: string
  readonly dimensions: number
  readonly maxTokens: number
  readonly pooling: Pooling
  readonly queryPrefix: string
  readonly documentPrefix: string
  readonly fusion: NonNullable<Embedder['fusion']>
}

type Weights = KnownModel['fusion']

const equal: Weights = { dense: 1, lexical: 1 }
// Tuned on the tuning packages of packages/bench/src/retrieval-packages.ts.
const tunedForMiniLm: Weights = { dense: 8, lexical: 1 }
const tunedForBge: Weights = { dense: 32, lexical: 1 }

const models: KnownModel[] = [
  model('Xenova/all-MiniLM-L6-v2', 384, 256, 'mean', { fusion: tunedForMiniLm }),
  model('Xenova/all-MiniLM-L12-v2', 384, 128, 'mean', { fusion: tunedForMiniLm }),
  ...sizes('Xenova/bge-*-en-v1.5', { small: 384, base: 768, large: 1024 }, 'cls', {
    queryPrefix: 'Represent this sentence for searching relevant passages: ',
    fusion: tunedForBge,
  }),
  // Not measured, but trained for retrieval as bge is: the weights of bge are nearer than equal ones.
  ...sizes('Xenova/gte-*', { small: 384, base: 768, large: 1024 }, 'mean', { fusion: tunedForBge }),
  ...sizes('Xenova/e5-*-v2', { small: 384, base: 768, large: 1024 }, 'mean', {
    queryPrefix: 'query: ',
    documentPrefix: 'passage: ',
    fusion: tunedForBge,
  }),
  ...sizes('Xenova/multilingual-e5-*', { small: 384, base: 768, large: 1024 }, 'mean', {
    queryPrefix: 'query: ',
    documentPrefix: 'passage: ',
    fusion: tunedForBge,
  }),
  model('jinaai/jina-embeddings-v2-base-code', 768, 8192, 'mean', { fusion: tunedForBge }),
  model('nomic-ai/nomic-embed-text-v1.5', 768, 8192, 'mean', {
    queryPrefix: 'search_query: ',
    documentPrefix: 'search_document: ',
    fusion: tunedForBge,
  }),
  // Trained on code, not for retrieval: nothing says that they deserve more than words.
  model('Xenova/codebert-base', 768, 512, 'cls', {}),
  model('Xenova/unixcoder-base', 768, 512, 'mean', {}),
]

const byName = new Map(models.map((known) => [nameOf(known.repository), known]))

/** Names under which models are known, for messages. */
export const knownNames: readonly string[] = models.map(({ repository }) => nameIn(repository))

/** The known model of this name or repository; copies of it by other owners count too. */
export function findKnownModel(model: string): KnownModel | undefined {
  return byName.get(nameOf(model))
}

function nameIn(repository: string): string {
  return repository.slice(repository.lastIndexOf('/') + 1)
}

function nameOf(model: string): string {
  return nameIn(model).toLowerCase()
}

function model(
  repository: string,
  dimensions: number,
  maxTokens: number,
  pooling: Pooling,
  rest: Partial<Pick<KnownModel, 'queryPrefix' | 'documentPrefix' | 'fusion'>>,
): KnownModel {
  const defaults = { queryPrefix: '', documentPrefix: '', fusion: equal }
  return { repository, dimensions, maxTokens, pooling, ...defaults, ...rest }
}

function sizes(
  pattern: string,
  dimensions: Readonly<Record<string, number>>,
  pooling: Pooling,
  rest: Parameters<typeof model>[4],
): KnownModel[] {
  return Object.entries(dimensions).map(([size, width]) =>
    model(pattern.replace('*', size), width, 512, pooling, rest),
  )
}
