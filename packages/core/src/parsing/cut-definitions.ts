import { cutWindow } from './cut-window.ts'
import type { LineTable } from './line-table.ts'
import { isFunctionKind, isTypeKind, type Outline, type OutlineEntry } from './outline.ts'
import { type ChunkLimits, noSubject, type Piece, type PieceSubject } from './piece.ts'

/** A definition that is a piece of its own, with those inside it that are too. */
interface Block {
  readonly entry: OutlineEntry
  /** Index of the entry in the outline. */
  readonly index: number
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
  const starts = definitionsByLine(outline)
  // A stack instead of recursion: blocks nest as deep as the source does.
  const stack: Frame[] = [
    {
      block: null,
      children: arrangeBlocks(outline, lines),
      subject: noSubject,
      lastLine: lines.count - 1,
      next: 0,
      line: 0,
    },
  ]

  /** Cuts what stands before `following`, and gives the line that `following` begins with. */
  const cutRest = (frame: Frame, last: number, following: Block | null): number => {
    const begin = following?.firstLine ?? last + 1
    if (frame.line > last) return begin
    const isHead = frame.block !== null && frame.line === frame.block.firstLine
    const { maxChunkCharacters } = limits
    const rest = cutWindow(lines, frame.line, last, maxChunkCharacters, frame.subject)
    for (const [index, piece] of rest.entries()) {
      if (isHead && index === 0) {
        pieces.push(piece)
        continue
      }
      const isLast = index === rest.length - 1
      if (isLast && following !== null && joinsNext(piece, following, lines, limits)) {
        return piece.firstLine
      }
      const previous = pieces.at(-1)
      if (previous !== undefined && joinsPrevious(piece, previous, lines, limits)) {
        pieces[pieces.length - 1] = { ...previous, lastLine: piece.lastLine }
      } else {
        pieces.push(withOnlyDefinition(piece, frame.block?.index ?? null, starts))
      }
    }
    return begin
  }

  for (;;) {
    const frame = stack.at(-1)
    if (frame === undefined) return pieces
    const child = frame.children[frame.next]
    if (child === undefined) {
      cutRest(frame, frame.lastLine, null)
      stack.pop()
      continue
    }
    frame.next++
    const firstLine = cutRest(frame, child.firstLine - 1, child)
    frame.line = child.lastLine + 1
    const subject = subjectOf(child.entry, outline)
    if (isWhole(child, lines, limits)) {
      pieces.push({ ...subject, firstLine, lastLine: child.lastLine })
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

/** A definition that is being cut, or, at the bottom, the file. */
interface Frame {
  readonly block: Block | null
  readonly children: readonly Block[]
  readonly subject: PieceSubject
  readonly lastLine: number
  /** Index of the child to come. */
  next: number
  /** First line that is in no piece yet. */
  line: number
}

function isWhole(block: Block, lines: LineTable, limits: ChunkLimits): boolean {
  const size = lines.end(block.lastLine) - lines.start(block.firstLine)
  if (size <= limits.minChunkCharacters) return true
  const isContainer = isTypeKind(block.entry.kind) || isNamespaceKind(block.entry.kind)
  return size <= limits.maxChunkCharacters && !(isContainer && block.children.length > 0)
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
    const block: Block = { entry, index, firstLine, lastLine, children: [] }
    siblings.push(block)
    blocks.set(index, block)
  }
  return top
}

function isWorthAPiece(entry: OutlineEntry): boolean {
  const { kind, firstLine, lastLine } = entry
  if (isFunctionKind(kind) || kind === 'type') return lastLine > firstLine
  if (isTypeKind(kind) || isNamespaceKind(kind)) return true
  // A table or an object literal stands for itself; a line of constants does not.
  return entry.around === null && lastLine - firstLine >= 3
}

function isNamespaceKind(kind: string): boolean {
  return kind === 'namespace' || kind === 'module'
}

function subjectOf(entry: OutlineEntry, outline: Outline): PieceSubject {
  const symbol = entry.symbol === null ? undefined : outline.symbols[entry.symbol]
  return {
    context: entry.context,
    symbolPath: symbol?.symbolPath ?? (entry.kind === 'scope' ? null : entry.path),
    symbolKind: symbol?.kind ?? null,
  }
}

function definitionsByLine(outline: Outline): ReadonlyMap<number, readonly OutlineEntry[]> {
  const byLine = new Map<number, OutlineEntry[]>()
  for (const entry of outline.entries) {
    if (entry.kind === 'scope') continue
    const known = byLine.get(entry.firstLine)
    if (known === undefined) byLine.set(entry.firstLine, [entry])
    else known.push(entry)
  }
  return byLine
}

/** A window that shows one definition and little else is about it. */
function withOnlyDefinition(
  piece: Piece,
  around: number | null,
  starts: ReadonlyMap<number, readonly OutlineEntry[]>,
): Piece {
  let only: OutlineEntry | undefined
  for (let line = piece.firstLine; line <= piece.lastLine; line++) {
    for (const entry of starts.get(line) ?? []) {
      if (entry.around !== around) continue
      if (only !== undefined) return piece
      only = entry
    }
  }
  if (only === undefined || only.kind === 'scope') return piece
  const length = piece.lastLine - piece.firstLine + 1
  if ((only.lastLine - only.firstLine + 1) * 2 < length) return piece
  return { ...piece, context: only.context, symbolPath: only.path, symbolKind: only.kind }
}

/** Whether a line or two right before a definition are too little to be found by. */
function joinsNext(piece: Piece, next: Block, lines: LineTable, limits: ChunkLimits): boolean {
  if (piece.lastLine + 1 !== next.firstLine || !isWhole(next, lines, limits)) return false
  const joined = lines.end(next.lastLine) - lines.start(piece.firstLine)
  return joined <= limits.maxChunkCharacters && isTiny(lines.slice(piece.firstLine, piece.lastLine))
}

/** Whether what follows a definition is its closing bracket, or too little to be found by. */
function joinsPrevious(
  piece: Piece,
  previous: Piece,
  lines: LineTable,
  limits: ChunkLimits,
): boolean {
  const size = lines.end(piece.lastLine) - lines.start(piece.firstLine)
  const joined = lines.end(piece.lastLine) - lines.start(previous.firstLine)
  if (size > 200 || joined > limits.maxChunkCharacters) return false
  const text = lines.slice(piece.firstLine, piece.lastLine)
  if (/^[\s)\]}>;,]*(?:end[;\s]*)*(?:(?:\/\/|#|--).*)?$/.test(text)) return true
  return piece.firstLine === previous.lastLine + 1 && isTiny(text)
}

function isTiny(text: string): boolean {
  return text.trim().length < 40
}
