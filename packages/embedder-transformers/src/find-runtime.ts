import { createRequire } from 'node:module'
import { EmbedderError } from '@cairn/core'

/** A package that brings a tokenizer and ONNX Runtime: the current one, or what it was called before. */
export type RuntimeName = '@huggingface/transformers' | '@xenova/transformers'

/** All of them, the one that is preferred first. */
export const runtimeNames: readonly RuntimeName[] = [
  '@huggingface/transformers',
  '@xenova/transformers',
]

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
