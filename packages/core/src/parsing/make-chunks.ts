import { hash } from 'node:crypto'
import type { Chunk } from '../contracts/parsed-file.ts'
import type { LineTable } from './line-table.ts'
import type { Piece } from './piece.ts'

// A line of megabytes is data or generated: its beginning is enough to find it by.
const maxPiecesOfLine = 64

/** What {@link makeChunks} gives. */
export interface MadeChunks {
  readonly chunks: Chunk[]
  readonly warnings: readonly string[]
}

/**
 * Chunks of pieces, in order. A piece of one line that is longer than `maxCharacters` becomes several
 * chunks of that line, each with a part of its text; of one line at most 64 are made.
 */
export function makeChunks(
  pieces: readonly Piece[],
  lines: LineTable,
  maxCharacters: number,
  splitTerms: (text: string) => string,
): MadeChunks {
  const chunks: Chunk[] = []
  const warnings: string[] = []
  const add = (piece: Piece, text: string): void => {
    const { context, symbolPath, symbolKind } = piece
    const embedded = `${context}\n${text}`
    chunks.push({
      ordinal: chunks.length,
      startLine: piece.firstLine + 1,
      endLine: piece.lastLine + 1,
      text,
      context,
      textHash: hash('sha256', embedded, 'hex'),
      symbolPath,
      symbolKind,
      terms: splitTerms(embedded),
    })
  }
  for (const piece of pieces) {
    const text = lines.slice(piece.firstLine, piece.lastLine)
    if (text.length <= maxCharacters || piece.lastLine > piece.firstLine) {
      add(piece, text)
      continue
    }
    const parts = cutLine(text, maxCharacters)
    for (const part of parts.slice(0, maxPiecesOfLine)) add(piece, part)
    if (parts.length > maxPiecesOfLine) {
      warnings.push(
        `Line ${piece.firstLine + 1} has ${text.length} characters; only its first ${maxPiecesOfLine * maxCharacters} or fewer are indexed.`,
      )
    }
  }
  return { chunks, warnings }
}

function cutLine(text: string, maxCharacters: number): string[] {
  const parts: string[] = []
  let start = 0
  while (start < text.length && parts.length <= maxPiecesOfLine) {
    let end = Math.min(text.length, start + maxCharacters)
    if (end < text.length) {
      const space = text.lastIndexOf(' ', end)
      if (space > start + maxCharacters / 2) end = space
      // Never between the halves of a pair.
      else if (isLeadingHalf(text.charCodeAt(end - 1))) end--
    }
    const part = text.slice(start, end)
    if (part.trim() !== '') parts.push(part)
    start = end
  }
  return parts
}

function isLeadingHalf(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff
}
