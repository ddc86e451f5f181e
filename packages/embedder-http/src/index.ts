export { type HttpFailureOptions, httpFailure } from './http-failure.ts'
export { type OpenaiCompatibleOptions, openaiCompatible } from './openai-compatible.ts'
export { ProviderError, type ProviderErrorOptions, type ProviderFailure } from './provider-error.ts'
export { reachProvider } from './reach-provider.ts'
export type { RemoteAnswer, RemoteRequest } from './remote-answer.ts'
export {
  type RemoteEmbedder,
  type RemoteEmbedderOptions,
  remoteEmbedder,
} from './remote-embedder.ts'
export type { RemoteLimits } from './remote-options.ts'
export type { RemoteUsage } from './usage.ts'
