import { InvalidOptionsError } from '@cairn/core'
import type { ProviderError } from './provider-error.ts'
import { cutToBytes } from './text-size.ts'

/** A text on its way to a vector. */
export interface TextItem {
  /** What is sent; shorter than `whole` where the end was cut. */
  text: string
  /** The text with its prefix. */
  readonly whole: string
  /** The vector, or why there is none; null until one of them is known. */
  outcome: Float32Array | ProviderError | null
}

// The provider may reject a text of nothing but white space, and every text needs a vector.
const blankText = 'empty'

/**
 * A text as it is sent: with its prefix, without lone surrogates, which have no form in UTF-8 and on
 * which providers fail in ways of their own, and of at most `maxBytes` bytes.
 * @throws InvalidOptionsError when `text` is no string.
 */
export function textItem(prefix: string, text: unknown, maxBytes: number): TextItem {
  if (typeof text !== 'string') {
    throw new InvalidOptionsError(`A text to embed must be a string, not ${typeof text}.`)
  }
  const shown = text.trim() === '' ? blankText : text
  const whole = `${prefix}${shown}`.replace(/\p{Surrogate}/gu, '\ufffd')
  return { text: cutToBytes(whole, maxBytes), whole, outcome: null }
}
