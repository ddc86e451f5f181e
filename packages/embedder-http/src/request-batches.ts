import { byteLength } from './text-size.ts'

/** What one request may carry. */
export interface RequestSize {
  readonly maxBatch: number
  readonly maxBatchTokens: number
}

// What a tokenizer puts around a text.
const markers = 2

/**
 * Tokens of a text, never too few: a token of a byte-level or WordPiece vocabulary stands for at
 * least one byte of UTF-8.
 */
export function mostTokens(text: string): number {
  return byteLength(text) + markers
}

/** Splits texts, in order, into requests of a size; a text too long for any is a request alone. */
export function requestBatches<T extends { readonly text: string }>(
  items: readonly T[],
  { maxBatch, maxBatchTokens }: RequestSize,
): T[][] {
  const batches: T[][] = []
  let batch: T[] = []
  let tokens = 0
  for (const item of items) {
    const more = mostTokens(item.text)
    if (batch.length > 0 && (batch.length >= maxBatch || tokens + more > maxBatchTokens)) {
      batches.push(batch)
      batch = []
      tokens = 0
    }
    batch.push(item)
    tokens += more
  }
  return batch.length > 0 ? [...batches, batch] : batches
}
