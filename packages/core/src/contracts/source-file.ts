import type { IndexingError, SkipReason } from '@cairn/protocol'

/** A file of the tree that is to be indexed, before it is known whether it changed. */
export interface SourceFile {
  /** `/`-separated path relative to the root of the repository. */
  readonly path: string
  readonly sizeBytes: number
  /** Git's blob id of the content (lower-case hex): the same for a working tree, a commit and a plain folder. */
  readonly contentHash: string
  /** Language by name or interpreter line, `text` where none claims it. */
  readonly language: string
}

/** A file of the tree that is left out, and why. */
export interface SkippedFile {
  readonly path: string
  readonly sizeBytes: number | null
  readonly language: string | null
  readonly reason: SkipReason
  /** More for a person, for example the size limit or the glob that excluded it; null where the reason says all. */
  readonly detail: string | null
  /** Set where the reason is `unreadable`. */
  readonly error: IndexingError | null
}

/** What is known of a file from an earlier run. */
export type KnownFile = Pick<SourceFile, 'contentHash' | 'language'>

/** One entry of a listed tree. */
export type TreeEntry =
  | { readonly kind: 'file'; readonly file: SourceFile }
  | { readonly kind: 'skipped'; readonly file: SkippedFile }

/** A tree of files at one state, opened for reading. */
export interface SourceTree {
  /** What was opened, for status and freshness; a remote URL without credentials. */
  readonly description: { readonly ref: string | null; readonly commit: string | null }
  /**
   * Every entry of the tree, each once, in the order of the path's code units. Bounded memory. A file
   * with the content that is `known` is not looked at again, and not even read where Git names it.
   */
  list(options: {
    signal: AbortSignal
    onProgress?: (listed: number, total: number | null) => void
    known?: (path: string) => KnownFile | undefined
  }): AsyncIterable<TreeEntry>
  /**
   * The bytes of a file.
   * @throws FileError `FILE_UNREADABLE` when it vanished or may not be read, `FILE_CHANGED` when it
   * grew over the size limit or became a symbolic link.
   */
  read(path: string, options: { signal: AbortSignal }): Promise<Uint8Array>
  /** Ends child processes. */
  close(): Promise<void>
}
