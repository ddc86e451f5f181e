import { InvalidOptionsError } from '@cairn/core'
import { z } from 'zod'
import { httpFailure } from './http-failure.ts'
import { readOpenaiAnswer } from './openai-answer.ts'
import { ProviderError } from './provider-error.ts'
import { reachProvider } from './reach-provider.ts'
import type { RemoteRequest } from './remote-answer.ts'
import { type RemoteEmbedder, remoteEmbedder } from './remote-embedder.ts'
import { checked, type RemoteLimits } from './remote-options.ts'

/** Options of {@link openaiCompatible}. */
export interface OpenaiCompatibleOptions extends RemoteLimits {
  /** Where the API begins, for example `http://localhost:11434/v1`. */
  readonly baseUrl: string
  /** The model as the server calls it. */
  readonly model: string
  /** Sent as a bearer token; it stands in no error, log or event. @default no key */
  readonly apiKey?: string
  /** Length of every vector. @default asked of the server, once */
  readonly dimensions?: number
  /** Sent with every request; as secret as the key. @default {} */
  readonly headers?: Readonly<Record<string, string>>
  /** Sent with every request beside model and texts, for example `{ dimensions: 256 }`. @default {} */
  readonly body?: Readonly<Record<string, unknown>>
  /**
   * Names the weights, where one model is served at several addresses: vectors of the same name are
   * compared with each other. @default the base URL and the model
   */
  readonly weights?: string
  /** @default the global `fetch` */
  readonly fetch?: typeof fetch
}

const optionsSchema = z.object({
  baseUrl: z.string(),
  model: z.string().min(1),
  apiKey: z.string().min(1).optional(),
  dimensions: z.number().int().positive().optional(),
  headers: z.record(z.string(), z.string()).optional(),
  body: z.record(z.string(), z.unknown()).optional(),
  weights: z.string().min(1).optional(),
})

/**
 * An embedder behind `POST {baseUrl}/embeddings`, as OpenAI documents it and Ollama, vLLM, TEI and
 * LM Studio speak it.
 * @throws InvalidOptionsError when an option is not of the documented shape.
 * @throws EmbedderError when `dimensions` is not given and the server does not answer.
 */
export async function openaiCompatible(options: OpenaiCompatibleOptions): Promise<RemoteEmbedder> {
  checked(optionsSchema, options)
  const { model, apiKey, body, weights, fetch: send = fetch } = options
  const url = endpointOf(options.baseUrl)
  const address = `${url.origin}${url.pathname}`
  const provider = `${model} at ${address}`
  const headers = headersOf(options.headers, apiKey)

  const request: RemoteRequest = async (texts, signal) => {
    const answer = await reachProvider(provider, signal, async () => {
      const response = await send(url, {
        method: 'POST',
        headers,
        body: JSON.stringify({ encoding_format: 'float', ...body, model, input: texts }),
        // The key must not follow to another address.
        redirect: 'manual',
        signal,
      })
      return { response, text: await response.text() }
    })
    const { response, text } = answer
    if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) {
      throw new ProviderError(
        'refused',
        `${provider} answered with a redirect${whereTo(response, url)}.`,
      )
    }
    if (!response.ok) {
      const retryAfter = response.headers.get('retry-after')
      throw httpFailure({ provider, status: response.status, retryAfter, body: text })
    }
    return readOpenaiAnswer(provider, text, texts.length)
  }

  return await remoteEmbedder({
    ...options,
    id: model,
    identity: [weights ?? [address, model], body ?? {}],
    request,
  })
}

function endpointOf(baseUrl: string): URL {
  const url = URL.canParse(baseUrl) ? new URL(baseUrl) : null
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new InvalidOptionsError('baseUrl must be an http or https address.')
  }
  if (url.username !== '' || url.password !== '') {
    throw new InvalidOptionsError(
      'baseUrl must hold no credentials; give them as apiKey or headers.',
    )
  }
  url.pathname = `${url.pathname.replace(/\/+$/, '')}/embeddings`
  url.hash = ''
  return url
}

function headersOf(
  given: OpenaiCompatibleOptions['headers'] = {},
  apiKey: string | undefined,
): Headers {
  try {
    const headers = new Headers({ 'content-type': 'application/json', accept: 'application/json' })
    if (apiKey !== undefined) headers.set('authorization', `Bearer ${apiKey}`)
    for (const [name, value] of Object.entries(given)) headers.set(name, value)
    return headers
  } catch {
    // The platform's own message quotes the value, which is a secret.
    throw new InvalidOptionsError('apiKey or headers hold what no HTTP header can carry.')
  }
}

function whereTo(response: Response, from: URL): string {
  const location = response.headers.get('location')
  if (location === null || !URL.canParse(location, from.href)) return ''
  const { origin } = new URL(location, from.href)
  return ` to ${origin}, which is not followed: give the address it leads to as baseUrl`
}
