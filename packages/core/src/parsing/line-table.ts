/** Where the lines of a text begin and end; lines count from 0. */
export interface LineTable {
  readonly text: string
  /** Number of lines; a `\n` at the end of the text begins no further line. */
  readonly count: number
  /** Offset of a line's first character. */
  start(line: number): number
  /** Offset after a line's last character, without its `\n`. */
  end(line: number): number
  /** Line of a character. */
  lineAt(offset: number): number
  /** Whether a line holds nothing but white space. */
  isBlank(line: number): boolean
  /** Characters of white space a line begins with. */
  indentation(line: number): number
  /** Text of the lines from `first` to `last`, inclusive. */
  slice(first: number, last: number): string
}

/** The lines of `text`. */
export function createLineTable(text: string): LineTable {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  // One more entry than lines, so that a line ends one before the next begins.
  if (starts[starts.length - 1] === text.length && text.length > 0) starts.pop()
  const count = text.length === 0 ? 0 : starts.length
  starts.push(text.endsWith('\n') ? text.length : text.length + 1)

  const start = (line: number): number => starts[line] ?? text.length
  const end = (line: number): number => (starts[line + 1] ?? text.length + 1) - 1
  const indentation = (line: number): number => {
    const first = start(line)
    const last = end(line)
    let at = first
    while (at < last && isWhiteSpace(text.charCodeAt(at))) at++
    return at - first
  }
  return {
    text,
    count,
    start,
    end,
    lineAt(offset) {
      let low = 0
      let high = Math.max(0, count - 1)
      while (low < high) {
        const middle = (low + high + 1) >> 1
        if ((starts[middle] ?? 0) <= offset) low = middle
        else high = middle - 1
      }
      return low
    },
    isBlank: (line) => start(line) + indentation(line) >= end(line),
    indentation,
    slice: (first, last) => text.slice(start(first), end(last)),
  }
}

function isWhiteSpace(code: number): boolean {
  return code === 32 || (code >= 9 && code <= 13) || code === 0xa0 || code === 0xfeff
}
