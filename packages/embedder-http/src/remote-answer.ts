/** What a provider gives for the texts of one request. */
export interface RemoteAnswer {
  /** The numbers of one vector a text, in the order of the texts; of any length but 0. */
  readonly vectors: readonly (readonly unknown[])[]
  /** Tokens that the provider counted, where it says so. */
  readonly tokens?: number | undefined
}

/**
 * One request to a provider. Rejects with a {@link ProviderError}, which says what the failure means
 * for the texts; any other error ends the call.
 */
export type RemoteRequest = (texts: readonly string[], signal: AbortSignal) => Promise<RemoteAnswer>
