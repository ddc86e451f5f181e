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
  /** Whether its tokenizer lowers case, so that it does not see the words of `camelCase`. */
  readonly splitIdentifiers: boolean
  readonly fusion: NonNullable<Embedder['fusion']>
}

type Weights = KnownModel['fusion']

/** For a model that was not measured: at these weights no measured one is worse than by meaning alone. */
export const usualFusion: Weights = { dense: 2, lexical: 1 }
// Tuned on the tuning packages of packages/bench/src/retrieval-packages.ts.
const tunedForMiniLm: Weights = { dense: 0.65, lexical: 0.35 }
const tunedForBge: Weights = { dense: 0.8, lexical: 0.2 }

const models: KnownModel[] = [
  model('Xenova/all-MiniLM-L6-v2', 384, 256, 'mean', {
    splitIdentifiers: true,
    fusion: tunedForMiniLm,
  }),
  model('Xenova/all-MiniLM-L12-v2', 384, 128, 'mean', {
    splitIdentifiers: true,
    fusion: tunedForMiniLm,
  }),
  ...sizes('Xenova/bge-*-en-v1.5', { small: 384, base: 768, large: 1024 }, 'cls', {
    queryPrefix: 'Represent this sentence for searching relevant passages: ',
    splitIdentifiers: true,
    fusion: tunedForBge,
  }),
  // Not measured, but trained for retrieval as bge is: the weights of bge are nearer than equal ones.
  ...sizes('Xenova/gte-*', { small: 384, base: 768, large: 1024 }, 'mean', {
    splitIdentifiers: true,
    fusion: tunedForBge,
  }),
  ...sizes('Xenova/e5-*-v2', { small: 384, base: 768, large: 1024 }, 'mean', {
    queryPrefix: 'query: ',
    documentPrefix: 'passage: ',
    splitIdentifiers: true,
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
    splitIdentifiers: true,
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
  rest: Partial<Pick<KnownModel, 'queryPrefix' | 'documentPrefix' | 'splitIdentifiers' | 'fusion'>>,
): KnownModel {
  const defaults = {
    ...{ queryPrefix: '', documentPrefix: '' },
    ...{ splitIdentifiers: false, fusion: usualFusion },
  }
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
