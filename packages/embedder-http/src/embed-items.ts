import { withinTime } from '@cairn/core/abortable'
import { createPatience } from './patience.ts'
import { ProviderError } from './provider-error.ts'
import type { RemoteAnswer, RemoteRequest } from './remote-answer.ts'
import type { ResolvedLimits } from './remote-options.ts'
import type { TextItem } from './text-item.ts'
import { byteLength, cutToBytes } from './text-size.ts'
import { unitVector } from './unit-vector.ts'
import type { UsageCounts } from './usage.ts'
import type { Waits } from './waits.ts'

/** Gives every item its outcome; rejects with what is no fault of a text. */
export type EmbedItems = (
  items: readonly TextItem[],
  signal: AbortSignal,
  waits: Waits,
) => Promise<void>

/** What {@link createEmbedItems} works with. */
export interface EmbedItemsOptions {
  readonly id: string
  readonly limits: ResolvedLimits
  readonly used: UsageCounts
  readonly request: RemoteRequest
  /** Length of every vector; undefined: that of the first. */
  readonly dimensions: number | undefined
}

// Below it a provider that finds a text too long means something else.
const shortestCutBytes = 256
// So many texts in a row that are rejected alone mean the settings, not the texts.
const rejectionsInARow = 8

/**
 * Embeds items in one request, again while the provider is busy, and in halves where it is rejected,
 * until the text that causes it is alone. A text that the provider finds too long is cut.
 */
export function createEmbedItems(options: EmbedItemsOptions): EmbedItems {
  const { id, limits, used, request } = options
  let { dimensions } = options
  let rejectedInARow = 0
  const patience = createPatience({
    budgetMs: limits.retryBudgetMs,
    onRetry: (error, delayMs) => {
      used.retries++
      const details = { embedder: id, delayMs: Math.round(delayMs) }
      limits.logger?.warn(details, `A request is made again after a pause: ${error.message}`)
    },
  })

  const limit = {
    timeoutMs: limits.timeoutMs,
    timedOut: () =>
      new ProviderError('busy', `${id} did not answer within ${limits.timeoutMs} ms.`),
  }

  const requestOnce = async (
    texts: readonly string[],
    signal: AbortSignal,
  ): Promise<RemoteAnswer> => {
    used.requests++
    return await withinTime(signal, limit, (own) => request(texts, own))
  }

  const settle = (item: TextItem, numbers: readonly unknown[]): void => {
    dimensions ??= numbers.length
    if (numbers.length !== dimensions) {
      const message = `${id} gave a vector of ${numbers.length} dimensions, not ${dimensions}.`
      throw new ProviderError('invalid', message)
    }
    item.outcome =
      unitVector(numbers) ??
      new ProviderError('rejected', `${id} gave a vector with NaN, or without a direction.`)
  }

  const embedTogether: EmbedItems = async (items, signal, waits) => {
    const texts = items.map(({ text }) => text)
    const { vectors, tokens } = await patience(() => requestOnce(texts, signal), signal, waits)
    if (vectors.length !== items.length) {
      const message = `${id} gave ${vectors.length} vectors for ${items.length} texts.`
      throw new ProviderError('invalid', message)
    }
    for (const [index, item] of items.entries()) settle(item, vectors[index] ?? [])
    used.tokens += tokens ?? 0
    used.texts += items.filter(({ outcome }) => outcome instanceof Float32Array).length
    rejectedInARow = 0
  }

  const reject = (item: TextItem, error: ProviderError): void => {
    item.outcome = error
    rejectedInARow++
    if (rejectedInARow < rejectionsInARow) return
    rejectedInARow = 0
    const message = `${rejectionsInARow} texts in a row were rejected: ${error.message}`
    throw new ProviderError('refused', message)
  }

  const embedItems: EmbedItems = async (items, signal, waits) => {
    try {
      await embedTogether(items, signal, waits)
    } catch (error) {
      if (!(error instanceof ProviderError) || !isAboutTexts(error)) throw error
      const [only] = items
      if (only === undefined || items.length > 1) {
        const middle = items.length >> 1
        await embedItems(items.slice(0, middle), signal, waits)
        await embedItems(items.slice(middle), signal, waits)
        return
      }
      const bytes = byteLength(only.text)
      if (error.failure !== 'too-long' || bytes <= shortestCutBytes) return reject(only, error)
      only.text = cutToBytes(only.text, Math.max(shortestCutBytes, bytes >> 1))
      await embedItems(items, signal, waits)
    }
  }
  return embedItems
}

function isAboutTexts({ failure }: ProviderError): boolean {
  return failure === 'rejected' || failure === 'too-long'
}
