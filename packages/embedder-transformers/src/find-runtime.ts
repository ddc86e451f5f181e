import { createRequire } from 'node:module'
import { EmbedderError } from '@cairn/core'

/** Packages that bring a tokenizer and ONNX Runtime: the current one, and what it was called before. */
export const runtimeNames = ['@huggingface/transformers', '@xenova/transformers'] as const

/** One of {@link runtimeNames}. */
export type RuntimeName = (typeof runtimeNames)[number]

/** An installed runtime. */
export interface InstalledRuntime {
  readonly name: RuntimeName
  /** Its main file. */
  readonly entry: string
}

/**
 * The runtime that is installed beside this package, the first of {@link runtimeNames} unless one is
 * asked for.
 * @throws EmbedderError `EMBEDDER_UNAVAILABLE` when there is none.
 */
export function findRuntime(
  wanted: RuntimeName | undefined,
  from: string | URL = import.meta.url,
): InstalledRuntime {
  const { resolve } = createRequire(from)
  const names = wanted === undefined ? runtimeNames : [wanted]
  const causes: unknown[] = []
  for (const name of names) {
    try {
      return { name, entry: resolve(name) }
    } catch (cause) {
      causes.push(cause)
    }
  }
  throw new EmbedderError(
    'EMBEDDER_UNAVAILABLE',
    `A neural embedder needs ${names.join(' or ')}: npm install ${names[0]}`,
    { cause: new AggregateError(causes, 'No runtime was found.') },
  )
}
