import { InvalidOptionsError, type Logger } from '@cairn/core'
import { z } from 'zod'

/** How an embedder uses its provider; the same for every provider. */
export interface RemoteLimits {
  /**
   * Tokens that the model takes of one text. What is beyond is cut before it is sent, and counted.
   * @default 8192
   */
  readonly maxTokens?: number
  /**
   * Bytes of UTF-8 that a token stands for, by which `maxTokens` is measured without the model's
   * tokenizer. 3 suits code; with 1 no text is ever longer than the model takes, and most are cut early.
   * @default 3
   */
  readonly bytesPerToken?: number
  /** Texts of one request. @default 32 */
  readonly maxBatch?: number
  /** Tokens of one request, each byte counted as one so that it is never exceeded. @default 100_000 */
  readonly maxBatchTokens?: number
  /** Requests at the same time. @default 4 */
  readonly concurrency?: number
  /** Milliseconds for one request. @default 60_000 */
  readonly timeoutMs?: number
  /**
   * Milliseconds in which a request is tried again while the provider is busy or out of reach. After
   * it the call fails with a recoverable error, and a run says that it waits and calls again.
   * @default 20_000
   */
  readonly retryBudgetMs?: number
  /** Put before every query, as the model was trained, for example `'query: '`. @default '' */
  readonly queryPrefix?: string
  /** Put before every document. @default '' */
  readonly documentPrefix?: string
  /** How much each half of hybrid search counts. @default {dense: 2, lexical: 1} */
  readonly fusion?: { readonly dense: number; readonly lexical: number }
  /** Told of pauses and of texts that were cut. @default silent */
  readonly logger?: Logger
}

/** {@link RemoteLimits} with every default in its place. */
export type ResolvedLimits = Required<Omit<RemoteLimits, 'logger'>> & {
  readonly logger: Logger | undefined
}

const count = z.number().int().positive()
const weight = z.number().nonnegative()
const milliseconds = z.number().int().nonnegative().max(2_147_483_647)

const limitsSchema = z.object({
  maxTokens: count.default(8192),
  bytesPerToken: z.number().min(1).max(16).default(3),
  maxBatch: count.default(32),
  maxBatchTokens: count.default(100_000),
  concurrency: count.default(4),
  timeoutMs: milliseconds.positive().default(60_000),
  retryBudgetMs: milliseconds.default(20_000),
  queryPrefix: z.string().default(''),
  documentPrefix: z.string().default(''),
  fusion: z.object({ dense: weight, lexical: weight }).default({ dense: 2, lexical: 1 }),
})

/** @throws InvalidOptionsError when a limit is not of the documented shape. */
export function resolveLimits(limits: RemoteLimits): ResolvedLimits {
  return { ...checked(limitsSchema, limits), logger: limits.logger }
}

/**
 * The options as a schema gives them.
 * @throws InvalidOptionsError that names the option, never its value, which may be a key.
 */
export function checked<T>(schema: z.ZodType<T>, options: unknown): T {
  const result = schema.safeParse(options)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new InvalidOptionsError(`${issue?.path.join('.') || 'options'}: ${issue?.message}.`)
}
