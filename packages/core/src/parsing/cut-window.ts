import type { LineTable } from './line-table.ts'
import type { Piece, PieceSubject } from './piece.ts'

/**
 * Cuts a run of lines into pieces of at most `maxCharacters` (a longer line is a piece of its own)
 * and drops blank lines at both ends. A cut is made where the text is least indented, best after a
 * blank line, within the second half of what fits: between statements rather than inside one.
 */
export function cutWindow(
  lines: LineTable,
  firstLine: number,
  lastLine: number,
  maxCharacters: number,
  subject: PieceSubject,
): Piece[] {
  const pieces: Piece[] = []
  let first = firstLine
  for (;;) {
    while (first <= lastLine && lines.isBlank(first)) first++
    if (first > lastLine) return pieces
    const last = lastThatFits(lines, first, lastLine, maxCharacters)
    const cut = last === lastLine ? last : bestCut(lines, first, last)
    let end = cut
    while (end > first && lines.isBlank(end)) end--
    pieces.push({ ...subject, firstLine: first, lastLine: end })
    first = cut + 1
  }
}

function lastThatFits(lines: LineTable, first: number, limit: number, maximum: number): number {
  const from = lines.start(first)
  let last = first
  while (last < limit && lines.end(last + 1) - from <= maximum) last++
  return last
}

function bestCut(lines: LineTable, first: number, last: number): number {
  const half = lines.start(first) + (lines.end(last) - lines.start(first)) / 2
  let best = last
  let bestScore = Number.POSITIVE_INFINITY
  for (let line = last; line >= first && lines.end(line) >= half; line--) {
    // A cut after `line` is judged by how deep the line that follows stands.
    let next = line + 1
    while (lines.isBlank(next) && next < lines.count - 1) next++
    const closes = /^[)\]}]|^end\b/.test(
      lines.text.slice(lines.start(next) + lines.indentation(next), lines.end(next)).slice(0, 4),
    )
    const score = lines.indentation(next) * 2 + (lines.isBlank(line) ? 0 : 1) + (closes ? 3 : 0)
    if (score < bestScore) {
      bestScore = score
      best = line
    }
  }
  return best
}
