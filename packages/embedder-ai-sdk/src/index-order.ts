import { z } from 'zod'

const bodySchema = z.object({ data: z.array(z.object({ index: z.number().int() })) })

/**
 * The embeddings of one request in the order of its texts. The providers of the SDK take the order of
 * the answer's list; OpenAI's format says it by `index`, so where the raw answer has one, that counts.
 * Null where the indexes are not those of the texts.
 */
export function inIndexOrder(
  embeddings: readonly (readonly number[])[],
  responses: readonly ({ readonly body?: unknown } | undefined)[] | undefined,
): readonly (readonly number[])[] | null {
  const [response] = responses ?? []
  const { data: body } = bodySchema.safeParse(response?.body)
  if (responses?.length !== 1 || body?.data.length !== embeddings.length) return embeddings
  const ordered: (readonly number[])[] = []
  for (const [position, { index }] of body.data.entries()) {
    const embedding = embeddings[position]
    if (embedding === undefined || index < 0 || index >= embeddings.length || ordered[index]) {
      return null
    }
    ordered[index] = embedding
  }
  return ordered
}
