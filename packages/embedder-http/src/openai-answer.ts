import { z } from 'zod'
import { ProviderError } from './provider-error.ts'
import type { RemoteAnswer } from './remote-answer.ts'

// Components are checked where they are used: one that is no number costs its text, not the batch.
const answerSchema = z.object({
  data: z.array(z.object({ index: z.number().int().optional(), embedding: z.array(z.unknown()) })),
  usage: z.object({ prompt_tokens: z.number().optional() }).nullish(),
})

/**
 * The vectors of an answer of `POST /embeddings` (OpenAI API reference, "Create embeddings"), in the
 * order of the texts, which is that of `index` and not always that of the list.
 * @throws ProviderError `invalid` when the body is something else.
 */
export function readOpenaiAnswer(provider: string, body: string, texts: number): RemoteAnswer {
  const { data: answer, success } = answerSchema.safeParse(parseJson(provider, body))
  if (!success) throw invalid(provider, 'something else than a list of embeddings')
  const { data, usage } = answer
  if (data.length !== texts) throw invalid(provider, `${data.length} vectors for ${texts} texts`)
  const vectors: unknown[][] = []
  for (const [position, { index, embedding }] of data.entries()) {
    const at = index ?? position
    if (at < 0 || at >= texts || vectors[at] !== undefined) {
      throw invalid(provider, `two vectors for one text, or one for none (index ${at})`)
    }
    vectors[at] = embedding
  }
  return { vectors, tokens: usage?.prompt_tokens }
}

function parseJson(provider: string, body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    // Python writes these words into JSON, where they are not allowed.
    const numbers = body.replace(/-?\b(?:NaN|Infinity)\b/g, 'null')
    try {
      return JSON.parse(numbers)
    } catch {
      const what = body.trimStart().startsWith('<') ? 'a web page' : 'something that is not JSON'
      throw invalid(provider, what)
    }
  }
}

function invalid(provider: string, what: string): ProviderError {
  return new ProviderError('invalid', `${provider} answered with ${what}.`)
}
