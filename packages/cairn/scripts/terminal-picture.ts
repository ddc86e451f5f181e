/** Frames of a terminal as one animated SVG; see picture-progress.ts. */
import type { Terminal } from '@xterm/headless'
import stringWidth from 'string-width'

/** Cells of one row that look the same. */
interface Run {
  readonly column: number
  readonly columns: number
  readonly text: string
  readonly look: string
}

/** What a terminal shows at one time; a row is its runs. */
export interface Frame {
  readonly atMs: number
  readonly rows: readonly (readonly Run[])[]
}

const colours: Readonly<Record<number, string>> = {
  1: 'r',
  2: 'g',
  3: 'y',
  4: 'b',
  5: 'm',
  6: 'c',
}

const cellWidth = 8.4
const cellHeight = 19
const margin = 14
const titleHeight = 30
/** How long the last frame stays before the animation starts again. */
const holdMs = 6_000

/** The rows that a terminal shows now. */
export function readRows(terminal: Terminal): Run[][] {
  const buffer = terminal.buffer.active
  return Array.from({ length: terminal.rows }, (_, row) => {
    const line = buffer.getLine(buffer.viewportY + row)
    const runs: { column: number; columns: number; text: string; look: string }[] = []
    for (let column = 0; line !== undefined && column < line.length; column += 1) {
      const cell = line.getCell(column)
      if (cell === undefined || cell.getWidth() === 0) continue
      const text = cell.getChars() || ' '
      const look = [
        cell.isFgDefault() ? '' : (colours[cell.getFgColor()] ?? ''),
        cell.isBold() !== 0 ? 'B' : '',
        cell.isDim() !== 0 ? 'D' : '',
      ]
        .filter((part) => part !== '')
        .join(' ')
      const last = runs.at(-1)
      if (last !== undefined && last.look === look && last.column + last.columns === column) {
        last.text += text
        last.columns += cell.getWidth()
      } else {
        runs.push({ column, columns: cell.getWidth(), text, look })
      }
    }
    return runs.flatMap(words)
  })
}

/** A run without the gaps in it: not every viewer keeps more than one space. */
function words(run: Run): Run[] {
  const found: Run[] = []
  let column = run.column
  for (const piece of run.text.split(/(\s{2,}|^\s+|\s+$)/)) {
    const columns = stringWidth(piece)
    if (piece.trim() !== '') found.push({ ...run, column, columns, text: piece })
    column += columns
  }
  return found
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function rowMarkup(runs: readonly Run[], row: number): string {
  const y = titleHeight + margin + row * cellHeight + 13
  return runs
    .map((run) => {
      const x = (margin + run.column * cellWidth).toFixed(1)
      const length = (run.columns * cellWidth).toFixed(1)
      const look = run.look === '' ? '' : ` class="${run.look}"`
      return `<text x="${x}" y="${y}" textLength="${length}"${look}>${escaped(run.text)}</text>`
    })
    .join('')
}

/** A row's content from one time to another. */
interface Span {
  readonly markup: string
  readonly fromMs: number
  toMs: number
}

/**
 * An SVG that plays the frames for ever. Where nothing moves (a reader who asks for less motion, a
 * viewer without animation) it shows the frame of `stillMs`.
 */
export function animatedTerminal(
  frames: readonly Frame[],
  size: { readonly columns: number; readonly rows: number },
  stillMs: number,
): string {
  const lastMs = frames.at(-1)?.atMs ?? 0
  const totalMs = lastMs + holdMs
  const spans: Span[] = []
  for (let row = 0; row < size.rows; row += 1) {
    const ofRow: Span[] = []
    for (const frame of frames) {
      const markup = rowMarkup(frame.rows[row] ?? [], row)
      const open = ofRow.at(-1)
      if (open?.markup === markup) continue
      if (open !== undefined) open.toMs = frame.atMs
      ofRow.push({ markup, fromMs: frame.atMs, toMs: totalMs })
    }
    spans.push(...ofRow)
  }
  const share = (ms: number): string => `${((100 * ms) / totalMs).toFixed(2)}%`
  const keyframes: string[] = []
  const groups = spans
    .filter((span) => span.markup !== '')
    .map((span, at) => {
      const isAlways = span.fromMs <= (frames[0]?.atMs ?? 0) && span.toMs === totalMs
      if (isAlways) return `<g>${span.markup}</g>`
      const isStill = span.fromMs <= stillMs && stillMs < span.toMs
      const end = span.toMs === totalMs ? '' : `${share(span.toMs)}{visibility:hidden}`
      keyframes.push(
        `@keyframes k${at}{0%{visibility:hidden}${share(span.fromMs)}{visibility:visible}${end}}#s${at}{animation-name:k${at}}`,
      )
      return `<g id="s${at}"${isStill ? '' : ' class="h"'}>${span.markup}</g>`
    })
  const width = Math.ceil(size.columns * cellWidth + 2 * margin)
  const height = Math.ceil(size.rows * cellHeight + titleHeight + 2 * margin)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="cairn index in a terminal: a line for each stage with its progress, then a summary">
<style>
text{font-size:14px;font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#d8dee9;white-space:pre}
.r{fill:#f07178}.g{fill:#a3d977}.y{fill:#ffcb6b}.b{fill:#82aaff}.m{fill:#c792ea}.c{fill:#6fd3e8}.B{font-weight:bold}.D{opacity:.55}.h{visibility:hidden}
@media (prefers-reduced-motion:no-preference){g[id]{animation:${(totalMs / 1000).toFixed(2)}s step-end infinite}
${keyframes.join('\n')}}
</style>
<rect width="${width}" height="${height}" rx="9" fill="#1b1f2a"/>
<circle cx="20" cy="17" r="6" fill="#ff5f57"/><circle cx="40" cy="17" r="6" fill="#febc2e"/><circle cx="60" cy="17" r="6" fill="#28c840"/>
${groups.join('\n')}
</svg>
`
}
