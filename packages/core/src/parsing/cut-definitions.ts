import { cutWindow } from './cut-window.ts'
import type { LineTable } from './line-table.ts'
import { isFunctionKind, isTypeKind, type Outline, type OutlineEntry } from './outline.ts'
import { type ChunkLimits, noSubject, type Piece, type PieceSubject } from './piece.ts'

/** A definition that is a piece of its own, with those inside it that are too. */
interface Block {
  readonly entry: OutlineEntry
  readonly firstLine: number
  lastLine: number
  readonly children: Block[]
}

/**
 * Cuts a file along its definitions. A function is one piece with its comments; a type gives one
 * piece for its head and fields and one for each method; what stands between definitions is put
 * together in windows. What is too large is cut further, each part keeping its subject.
 */
export function cutDefinitions(outline: Outline, lines: LineTable, limits: ChunkLimits): Piece[] {
  const pieces: Piece[] = []
  const top = arrangeBlocks(outline, lines)
  const starts = definitionsByLine(outline)

  const rest = (first: number, last: number, subject: PieceSubject, isHead: boolean): void => {
    if (first > last) return
    const window = cutWindow(lines, first, last, limits.maxChunkCharacters, subject)
    for (const [index, piece] of window.entries()) {
      if (!(isHead && index === 0) && joinsPrevious(piece, pieces.at(-1), lines, limits)) {
        const previous = pieces.pop()
        if (previous !== undefined) pieces.push({ ...previous, lastLine: piece.lastLine })
      } else {
        pieces.push(subject.symbolPath === null ? withOnlyDefinition(piece, starts) : piece)
      }
    }
  }

  // A stack instead of recursion: blocks nest as deep as the source does.
  interface Frame {
    readonly block: Block | null
    readonly children: readonly Block[]
    readonly subject: PieceSubject
    readonly lastLine: number
    next: number
    line: number
  }
  const stack: Frame[] = [
    { block: null, children: top, subject: noSubject, lastLine: lines.count - 1, next: 0, line: 0 },
  ]
  for (;;) {
    const frame = stack.at(-1)
    if (frame === undefined) return pieces
    const child = frame.children[frame.next]
    const isHead = frame.block !== null && frame.line === frame.block.firstLine
    if (child === undefined) {
      rest(frame.line, frame.lastLine, frame.subject, isHead)
      stack.pop()
      continue
    }
    frame.next++
    rest(frame.line, child.firstLine - 1, frame.subject, isHead)
    frame.line = child.lastLine + 1
    const subject = subjectOf(child.entry, outline)
    const size = lines.end(child.lastLine) - lines.start(child.firstLine)
    const isWhole =
      size <= limits.minChunkCharacters ||
      (size <= limits.maxChunkCharacters &&
        (!isTypeKind(child.entry.kind) || child.children.length === 0) &&
        child.entry.kind !== 'namespace' &&
        child.entry.kind !== 'module')
    if (isWhole) {
      pieces.push({ ...subject, firstLine: child.firstLine, lastLine: child.lastLine })
    } else {
      stack.push({
        block: child,
        children: child.children,
        subject,
        lastLine: child.lastLine,
        next: 0,
        line: child.firstLine,
      })
    }
  }
}

/** Definitions worth a piece, without overlap: those that share a line with one before join it. */
function arrangeBlocks(outline: Outline, lines: LineTable): Block[] {
  const top: Block[] = []
  const blocks = new Map<number, Block>()
  for (const [index, entry] of outline.entries.entries()) {
    let around = entry.around
    while (around !== null && !blocks.has(around)) {
      around = outline.entries[around]?.around ?? null
    }
    const parent = around === null ? undefined : blocks.get(around)
    const siblings = parent?.children ?? top
    const limit = parent?.lastLine ?? lines.count - 1
    const previous = siblings.at(-1)
    const lastLine = Math.min(entry.lastLine, limit)
    if (previous !== undefined && entry.firstLine <= previous.lastLine) {
      previous.lastLine = Math.max(previous.lastLine, lastLine)
      continue
    }
    if (!isWorthAPiece(entry)) continue
    const firstLine = Math.max(entry.firstLine, parent?.firstLine ?? 0)
    const block: Block = { entry, firstLine, lastLine, children: [] }
    siblings.push(block)
    blocks.set(index, block)
  }
  return top
}

function isWorthAPiece(entry: OutlineEntry): boolean {
  const { kind } = entry
  if (isFunctionKind(kind)) return entry.lastLine > entry.firstLine
  if (isTypeKind(kind) || kind === 'namespace' || kind === 'module') {
    return kind !== 'type' || entry.lastLine > entry.firstLine
  }
  // A table or an object literal of some length stands for itself; a line of constants does not.
  return entry.around === null && entry.lastLine - entry.firstLine >= 5
}

function subjectOf(entry: OutlineEntry, outline: Outline): PieceSubject {
  const symbol = entry.symbol === null ? undefined : outline.symbols[entry.symbol]
  return {
    context: entry.context,
    symbolPath: symbol?.symbolPath ?? (entry.kind === 'scope' ? null : entry.path),
    symbolKind: symbol?.kind ?? null,
  }
}

function definitionsByLine(outline: Outline): ReadonlyMap<number, OutlineEntry | null> {
  const byLine = new Map<number, OutlineEntry | null>()
  for (const entry of outline.entries) {
    if (entry.around !== null || entry.kind === 'scope') continue
    byLine.set(entry.firstLine, byLine.has(entry.firstLine) ? null : entry)
  }
  return byLine
}

/** A window that shows one definition and little else is about it. */
function withOnlyDefinition(piece: Piece, starts: ReadonlyMap<number, OutlineEntry | null>): Piece {
  let only: OutlineEntry | undefined
  for (let line = piece.firstLine; line <= piece.lastLine; line++) {
    const entry = starts.get(line)
    if (entry === undefined) continue
    if (entry === null || only !== undefined) return piece
    only = entry
  }
  if (only === undefined || only.kind === 'scope') return piece
  const length = piece.lastLine - piece.firstLine + 1
  if ((only.lastLine - only.firstLine + 1) * 2 < length) return piece
  return { ...piece, context: only.context, symbolPath: only.path, symbolKind: only.kind }
}

/** Whether what stands after a definition is only its closing bracket, or too little to be found by. */
function joinsPrevious(
  piece: Piece,
  previous: Piece | undefined,
  lines: LineTable,
  limits: ChunkLimits,
): boolean {
  if (previous === undefined) return false
  const size = lines.end(piece.lastLine) - lines.start(piece.firstLine)
  if (size > 200) return false
  const text = lines.slice(piece.firstLine, piece.lastLine)
  const isClosing = /^[\s)\]}>;,]*(?:end[;\s]*)*$/.test(text)
  if (!isClosing && text.trim().length >= 40) return false
  const joined = lines.end(piece.lastLine) - lines.start(previous.firstLine)
  return joined <= limits.maxChunkCharacters
}
