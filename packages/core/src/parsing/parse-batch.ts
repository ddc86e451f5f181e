import type { EncodedFile } from '../contracts/parsed-file.ts'
import type { LanguageData } from './language-data.ts'
import type { ChunkLimits } from './piece.ts'

/** What every parsing worker is started with. */
export interface WorkerOptions {
  readonly languages: readonly LanguageData[]
  readonly limits: ChunkLimits
  /** Whether memory counts for more than time. */
  readonly isFrugal: boolean
}

/** Some files that go to a worker together, because a message costs more than a small file. */
export interface ParseBatch {
  /** The bytes of all files, one after the other. */
  readonly bytes: Uint8Array
  readonly files: readonly {
    readonly language: string
    readonly start: number
    readonly end: number
  }[]
  /** Where the worker writes which file it is at: the only way out of a thread that hangs. */
  readonly progress: SharedArrayBuffer
}

/** What became of one file of a batch. */
export type ParseOutcome =
  | { readonly kind: 'parsed'; readonly file: EncodedFile }
  | {
      readonly kind: 'failed'
      readonly code: 'PARSE_FAILED' | 'GRAMMAR_INVALID'
      readonly message: string
    }
