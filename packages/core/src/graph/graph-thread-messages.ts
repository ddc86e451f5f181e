import type { ErrorCode } from '@cairn/protocol'
import type { SpooledFile, SpooledSurface } from '../contracts/journal.ts'
import type { BuiltGraph } from './build-graphs.ts'
import type { ThreadLanguage } from './thread-languages.ts'

/** What the thread that builds graphs is started with. */
export interface GraphThreadStart {
  readonly repository: string
  readonly maxRows: number
  /** Paths of the repository. */
  readonly paths: readonly string[]
  /** The version of each path. */
  readonly versions: readonly string[]
  readonly languages: readonly ThreadLanguage[]
}

/** What the host says. Of each kind one is under way at a time. */
export type ToGraphThread =
  | { readonly kind: 'build'; readonly files: readonly SpooledFile[]; readonly withNodes: boolean }
  | { readonly kind: 'surfaces'; readonly surfaces: readonly SpooledSurface[] }

/** What the thread says: what it needs to go on, or how a build ended. */
export type FromGraphThread =
  | { readonly kind: 'wanted'; readonly versions: readonly string[] }
  | { readonly kind: 'built'; readonly graphs: readonly BuiltGraph[] }
  | {
      readonly kind: 'failed'
      readonly error: { readonly code: ErrorCode; readonly message: string; readonly stack: string }
    }
