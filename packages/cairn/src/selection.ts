import type { FileSelection, Source } from '@cairn/core'
import { given } from './given.ts'
import { sourceArgument } from './source-argument.ts'

/** What `index` and `plan` are given beside `PATH|URL`: which files, and under what name. */
export interface SelectionOptions {
  readonly ref?: string
  readonly depth?: number | 'full'
  readonly include?: readonly string[]
  readonly exclude?: readonly string[]
  readonly name?: string
}

/** What the indexer is asked for `PATH|URL` with these options. */
export function selectionOf(
  pathOrUrl: string,
  options: SelectionOptions,
): Source & FileSelection & { readonly name?: string } {
  const { include, exclude, name } = options
  return { ...sourceArgument(pathOrUrl, options), ...given({ include, exclude, name }) }
}
