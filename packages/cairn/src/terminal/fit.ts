import stringWidth from 'string-width'
import wrapAnsi from 'wrap-ansi'

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Columns that a text takes in a terminal; styling takes none. */
export function columnsOf(text: string): number {
  return stringWidth(text)
}

/** The characters of a text as a reader counts them, each with its columns. */
function graphemes(text: string): { text: string; columns: number }[] {
  return Array.from(segmenter.segment(text), ({ segment }) => ({
    text: segment,
    columns: stringWidth(segment),
  }))
}

function takeColumns(parts: readonly { text: string; columns: number }[], columns: number): string {
  let taken = ''
  let used = 0
  for (const part of parts) {
    if (used + part.columns > columns) break
    used += part.columns
    taken += part.text
  }
  return taken
}

/** The start of an unstyled text, with `…` where its end was cut, in at most `columns`. */
export function cutEnd(text: string, columns: number): string {
  if (columns <= 0) return ''
  if (columnsOf(text) <= columns) return text
  return `${takeColumns(graphemes(text), columns - 1)}…`
}

/** Both ends of an unstyled text with `…` in the middle, in at most `columns`; the end gets more, it names the file. */
export function cutMiddle(text: string, columns: number): string {
  if (columns <= 0) return ''
  if (columnsOf(text) <= columns) return text
  const parts = graphemes(text)
  const endColumns = Math.ceil((columns - 1) * 0.6)
  const end = [...takeColumnsFromEnd(parts, endColumns)]
  return `${takeColumns(parts, columns - 1 - endColumns)}…${end.join('')}`
}

function takeColumnsFromEnd(
  parts: readonly { text: string; columns: number }[],
  columns: number,
): string[] {
  const taken: string[] = []
  let used = 0
  for (const part of parts.toReversed()) {
    if (used + part.columns > columns) break
    used += part.columns
    taken.unshift(part.text)
  }
  return taken
}

/** An unstyled text padded with spaces on the right to `columns`. */
export function padEnd(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - columnsOf(text)))
}

/** A styled or plain text over as many lines as it needs, none wider than `columns`. */
export function wrap(text: string, columns: number): string[] {
  return wrapAnsi(text, Math.max(2, columns), { hard: true, trim: true }).split('\n')
}

/** A sentence as it is where it fits, with its indent; else broken between words. */
export function fitted(text: string, columns: number): string[] {
  return columnsOf(text) <= columns ? [text] : wrap(text, columns)
}

/** Pieces joined by `separator`, going on in the next line where one does not fit. */
export function flow(pieces: readonly string[], separator: string, columns: number): string[] {
  const lines: string[] = []
  let line = ''
  for (const piece of pieces) {
    const longer = line === '' ? piece : line + separator + piece
    if (line === '' || columnsOf(longer) <= columns) {
      line = longer
    } else {
      lines.push(line)
      line = piece
    }
  }
  if (line !== '') lines.push(line)
  return lines.flatMap((each) => (columnsOf(each) <= columns ? [each] : wrap(each, columns)))
}
