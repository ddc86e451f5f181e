import type { SymbolDefinition } from '../contracts/parsed-file.ts'
import { cutWindow } from './cut-window.ts'
import type { LineTable } from './line-table.ts'
import { type ChunkLimits, noSubject, type Piece, type PieceSubject } from './piece.ts'

interface Section {
  readonly level: number
  readonly title: string
  readonly firstLine: number
  readonly symbol: number
}

/** The sections of a Markdown file and the pieces they are cut into. */
export interface HeadingCut {
  readonly pieces: readonly Piece[]
  readonly symbols: readonly SymbolDefinition[]
}

const atxHeading = /^ {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$/
const setextUnderline = /^ {0,3}(=+|-+)[ \t]*$/
const fence = /^ {0,3}(`{3,}|~{3,})/

/**
 * Cuts Markdown by its headings (CommonMark 0.31 §4.2, §4.3): each section is a piece with the path
 * of headings as its context. Headings inside fenced code and front matter do not count.
 */
export function cutHeadings(lines: LineTable, limits: ChunkLimits): HeadingCut {
  const pieces: Piece[] = []
  const symbols: SymbolDefinition[] = []
  const open: Section[] = []
  let first = 0
  let subject: PieceSubject = noSubject

  const finish = (last: number): void => {
    pieces.push(...cutWindow(lines, first, last, limits.maxChunkCharacters, subject))
  }
  const close = (level: number, last: number): void => {
    for (let top = open.at(-1); top !== undefined && top.level >= level; top = open.at(-1)) {
      open.pop()
      const symbol = symbols[top.symbol]
      if (symbol !== undefined) symbols[top.symbol] = { ...symbol, endLine: last + 1 }
    }
  }
  const begin = (level: number, title: string, line: number): void => {
    finish(line - 1)
    close(level, line - 1)
    const parent = open.at(-1)?.symbol ?? null
    open.push({ level, title, firstLine: line, symbol: symbols.length })
    const titles = open.map((section) => section.title)
    const symbolPath = titles.join('.')
    symbols.push({
      name: title,
      symbolPath,
      kind: 'section',
      startLine: line + 1,
      endLine: line + 1,
      parent,
      isExported: true,
      summary: null,
    })
    subject = { context: titles.join(' › '), symbolPath, symbolKind: 'section' }
    first = line
  }

  let openFence: string | null = null
  let line = endOfFrontMatter(lines)
  for (; line < lines.count; line++) {
    const text = lines.slice(line, line)
    const marker = fence.exec(text)?.[1]
    if (openFence !== null) {
      if (marker?.startsWith(openFence) === true && text.trim() === marker) openFence = null
      continue
    }
    if (marker !== undefined) {
      openFence = marker
      continue
    }
    const heading = atxHeading.exec(text)
    if (heading !== null) {
      begin(heading[1]?.length ?? 1, plainTitle(heading[2] ?? ''), line)
      continue
    }
    const underline = setextUnderline.exec(text)?.[1]
    if (underline === undefined || line === 0 || line - 1 < first) continue
    const title = lines.slice(line - 1, line - 1)
    if (isParagraph(title) && (line - 1 > first || subject === noSubject)) {
      begin(underline.startsWith('=') ? 1 : 2, plainTitle(title), line - 1)
    }
  }
  finish(lines.count - 1)
  close(0, lines.count - 1)
  return { pieces, symbols }
}

function endOfFrontMatter(lines: LineTable): number {
  if (lines.count === 0 || lines.slice(0, 0) !== '---') return 0
  for (let line = 1; line < lines.count; line++) {
    if (/^(?:---|\.\.\.)\s*$/.test(lines.slice(line, line))) return line + 1
  }
  return 0
}

function isParagraph(text: string): boolean {
  return /^ {0,3}[^\s#>|\-*+`~=]/.test(text)
}

function plainTitle(text: string): string {
  const title = text
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/[`*]|<[^>]*>/g, '')
    .replace(/\s+/g, ' ')
    .trim()
  return title.length > 200 ? `${title.slice(0, 199)}…` : title
}
