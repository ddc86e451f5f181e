import type { StatusDocument } from '@cairn/protocol'
import type { StreamTraits } from './stream-traits.ts'

/** A run being shown. */
export interface Progress {
  /** Writes a finished, printable line without disturbing the picture. */
  note(line: string): void
  /** Shows the last status once more and stops looking at it. */
  stop(): void
}

/** What showing a run needs. */
export interface ProgressOptions {
  /** The newest status; null before there is one. */
  readonly status: () => StatusDocument | null
  readonly stream: NodeJS.WriteStream
  readonly traits: StreamTraits
  readonly now: () => Date
}
