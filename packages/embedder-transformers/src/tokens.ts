import type { Tokenize } from './load-runtime.ts'

/** The tokens of one text, markers included. */
export interface TokenizedText {
  readonly ids: readonly number[]
  /** Whether the text had more than the model looks at. */
  readonly isTruncated: boolean
}

// More characters a token than code or prose ever has: what is beyond need not be cut into tokens.
const charactersPerToken = 32

/**
 * Characters of a text that can matter for a model of `maxTokens`; a longer text counts as truncated.
 */
export function seenCharacters(maxTokens: number): number {
  return maxTokens * charactersPerToken
}

/**
 * Cuts texts to `maxTokens` between the markers that the tokenizer puts around them. The runtimes'
 * own truncation does not tell that it cut, and takes the last marker away with the rest.
 */
export function createTextTokenizer(
  tokenize: Tokenize,
  maxTokens: number,
): (text: string) => TokenizedText {
  const { before, after } = markersOf(tokenize)
  const room = maxTokens - before.length - after.length
  if (room < 1) throw new Error(`maxTokens is ${maxTokens}, which the model’s markers fill alone.`)
  const mostCharacters = seenCharacters(maxTokens)
  return (text) => {
    const seen = text.length > mostCharacters ? text.slice(0, mostCharacters) : text
    const ids = tokenize(seen, { withMarkers: false })
    return {
      ids: [...before, ...ids.slice(0, room), ...after],
      isTruncated: seen !== text || ids.length > room,
    }
  }
}

function markersOf(tokenize: Tokenize): { before: readonly number[]; after: readonly number[] } {
  const bare = tokenize('a', { withMarkers: false })
  const whole = tokenize('a', { withMarkers: true })
  for (let start = 0; start + bare.length <= whole.length; start++) {
    if (bare.every((id, index) => whole[start + index] === id)) {
      return { before: whole.slice(0, start), after: whole.slice(start + bare.length) }
    }
  }
  throw new Error('The tokenizer gives a text other tokens when it puts markers around it.')
}
