import type { SymbolKind } from '../contracts/parsed-file.ts'

/** What a piece of a file shows. */
export interface PieceSubject {
  readonly context: string
  readonly symbolPath: string | null
  readonly symbolKind: SymbolKind | null
}

/** A run of whole lines, from 0, inclusive, that becomes a chunk (or several, where it is too long). */
export interface Piece extends PieceSubject {
  readonly firstLine: number
  readonly lastLine: number
}

/** The subject of what shows no definition. */
export const noSubject: PieceSubject = { context: '', symbolPath: null, symbolKind: null }

/** Sizes that the cutting of files keeps to. */
export interface ChunkLimits {
  /** Characters that no chunk exceeds. */
  readonly maxChunkCharacters: number
  /** Characters below which a type is not cut into its members, and leftovers join a neighbour. */
  readonly minChunkCharacters: number
}
