/** What an embedder has asked of its provider. */
export interface RemoteUsage {
  /** Requests, with those that failed. */
  readonly requests: number
  /** Requests that were made again because the provider was busy or out of reach. */
  readonly retries: number
  /** Texts that got a vector. */
  readonly texts: number
  /** Texts whose end was cut, by `maxTokens` or because the provider found them too long. */
  readonly truncatedTexts: number
  /** Tokens that the provider counted. */
  readonly tokens: number
}

/** {@link RemoteUsage} while it is counted. */
export type UsageCounts = { -readonly [Name in keyof RemoteUsage]: RemoteUsage[Name] }

/** Nothing used. */
export function noUsage(): UsageCounts {
  return { requests: 0, retries: 0, texts: 0, truncatedTexts: 0, tokens: 0 }
}
