import { InvalidOptionsError } from '@cairn/core'
import {
  ProviderError,
  type RemoteEmbedder,
  type RemoteLimits,
  type RemoteRequest,
  remoteEmbedder,
} from '@cairn/embedder-http'
import { type EmbeddingModel, embedMany } from 'ai'
import { inIndexOrder } from './index-order.ts'
import { providerError } from './provider-failure.ts'

/** Options of {@link aiSdk}. */
export interface AiSdkOptions extends RemoteLimits {
  /** Length of every vector. @default asked of the provider, once */
  readonly dimensions?: number
  /** Options of the provider by its name, as `embedMany` takes them. @default {} */
  readonly providerOptions?: NonNullable<Parameters<typeof embedMany>[0]['providerOptions']>
  /**
   * Names the weights, where one model is reached by several providers: vectors of the same name are
   * compared with each other. @default the provider and the model
   */
  readonly weights?: string
}

/**
 * Any embedding model of the AI SDK (OpenAI, Voyage, Cohere, Google, Mistral, Bedrock, …) as an
 * embedder. Requests hold no more texts than the model takes in one call, one at a time where it says
 * so. The SDK's own retries are off: requests are tried again here alone.
 * @param model A model object, or the name of one that the SDK's global provider knows.
 * @throws InvalidOptionsError when an option is not of the documented shape.
 * @throws EmbedderError when `dimensions` is not given and the provider does not answer.
 */
export async function aiSdk(
  model: EmbeddingModel,
  options: AiSdkOptions = {},
): Promise<RemoteEmbedder> {
  const { providerOptions, weights, ...limits } = options
  const { provider, name, maxBatch, isParallel } = await describe(model)
  const id = provider === null ? name : `${provider}/${name}`

  const request: RemoteRequest = async (texts, signal) => {
    try {
      const { embeddings, usage, responses } = await embedMany({
        model,
        values: [...texts],
        maxRetries: 0,
        abortSignal: signal,
        ...(providerOptions === undefined ? {} : { providerOptions }),
      })
      const vectors = inIndexOrder(embeddings, responses)
      if (vectors === null) {
        throw new ProviderError('invalid', `${id} gave two vectors for one text, or one for none.`)
      }
      return { vectors, ...(Number.isFinite(usage.tokens) ? { tokens: usage.tokens } : {}) }
    } catch (error) {
      signal.throwIfAborted()
      throw error instanceof ProviderError ? error : providerError(id, error)
    }
  }

  return await remoteEmbedder({
    ...limits,
    ...(maxBatch === null ? {} : { maxBatch: Math.min(limits.maxBatch ?? 32, maxBatch) }),
    ...(isParallel ? {} : { concurrency: 1 }),
    id,
    identity: [weights ?? id, providerOptions ?? {}],
    request,
  })
}

interface Described {
  readonly provider: string | null
  readonly name: string
  /** Texts that one call takes; null: as many as one likes. */
  readonly maxBatch: number | null
  readonly isParallel: boolean
}

async function describe(model: EmbeddingModel): Promise<Described> {
  if (typeof model === 'string') {
    return { provider: null, name: model, maxBatch: null, isParallel: true }
  }
  if (typeof model !== 'object' || model === null || !('doEmbed' in model)) {
    throw new InvalidOptionsError('aiSdk takes an embedding model of the AI SDK, or its name.')
  }
  const { provider, modelId, maxEmbeddingsPerCall, supportsParallelCalls } = model
  const most = await maxEmbeddingsPerCall
  return {
    provider,
    name: modelId,
    maxBatch: most === undefined || most === null || !Number.isFinite(most) ? null : most,
    isParallel: await supportsParallelCalls,
  }
}
