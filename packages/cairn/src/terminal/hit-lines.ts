import type { HitNeighbours, NeighbourReference, SearchHit } from '@cairn/protocol'
import { counted } from './amounts.ts'
import { cutEnd, cutMiddle, flow } from './fit.ts'
import type { Paint } from './paint.ts'
import { printable, printableLines } from './printable.ts'

/** How hits are shown. */
export interface HitView {
  readonly columns: number
  readonly paint: Paint
  readonly query: string
  /** Whether hits may come from several repositories. */
  readonly hasSeveralRepositories: boolean
}

const mostLines = 8
const mostNeighbours = 5
const indent = '   '

/** Matches the words of a query; null where it has none. */
function wordPattern(query: string): RegExp | null {
  const words = query.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '')
  // Short words (`of`, `an`) stand within many others; they are marked where there are no longer ones.
  const long = words.filter((word) => word.length > 2)
  const marked = long.length > 0 ? long : words
  if (marked.length === 0) return null
  const alternatives = [...new Set(marked)].sort((a, b) => b.length - a.length)
  return new RegExp(`(${alternatives.join('|')})`, 'giu')
}

function highlight(line: string, pattern: RegExp | null, paint: Paint): string {
  if (pattern === null) return line
  return line
    .split(pattern)
    .map((piece, at) => (at % 2 === 1 ? paint('match', piece) : piece))
    .join('')
}

function neighbour(reference: NeighbourReference): string {
  const name = reference.symbol ?? reference.path ?? ''
  const line = reference.startLine === null ? '' : `:${reference.startLine}`
  const place =
    reference.path === null || reference.path === name ? '' : ` (${reference.path}${line})`
  return printable(name + place)
}

const neighbourLabels = {
  callers: 'called by',
  callees: 'calls',
  definedIn: 'defined in',
  imports: 'imports',
  extends: 'extends',
} as const satisfies Record<keyof HitNeighbours, string>

function neighbourLines(neighbours: HitNeighbours, view: HitView): string[] {
  const kinds = ['definedIn', 'callers', 'callees', 'extends', 'imports'] as const
  return kinds.flatMap((kind) => {
    const references = neighbours[kind]
    if (references.length === 0) return []
    const shown = references.slice(0, mostNeighbours).map(neighbour)
    const left = references.length - shown.length
    if (left > 0) shown.push(`${left} more`)
    const [first = '', ...more] = shown
    const pieces = [`${view.paint('quiet', neighbourLabels[kind])} ${first}`, ...more]
    return flow(
      pieces.map((piece, at) => (at < pieces.length - 1 ? `${piece},` : piece)),
      ' ',
      view.columns - indent.length,
    ).map((line) => indent + line)
  })
}

/** A hit for a person: its place, its symbol, its score, the first lines of its text and, where asked, its neighbours. */
export function hitLines(hit: SearchHit, rank: number, view: HitView): string[] {
  const { paint, columns } = view
  const lines =
    hit.startLine === hit.endLine ? `${hit.startLine}` : `${hit.startLine}-${hit.endLine}`
  const place = `${printable(hit.path)}:${lines}`
  const pieces = [paint('strong', paint('accent', cutMiddle(place, Math.max(8, columns - 4))))]
  if (view.hasSeveralRepositories) pieces.unshift(paint('quiet', printable(hit.repository)))
  if (hit.symbol !== null) {
    const kind = hit.symbolKind === null ? '' : paint('quiet', `${printable(hit.symbolKind)} `)
    pieces.push(kind + printable(hit.symbol))
  }
  pieces.push(paint('quiet', hit.score.toPrecision(3)))
  const number = String(rank).padEnd(indent.length - 1)
  const [head = '', ...rest] = flow(pieces, '  ', columns - number.length - 1)
  const pattern = wordPattern(view.query)
  const text = printableLines(hit.text.replace(/\s+$/, ''))
  const shown = text.slice(0, mostLines)
  const margin = Math.min(...shown.filter((line) => line.trim() !== '').map(leadingSpaces), 40)
  return [
    `${paint('quiet', number)} ${head}`,
    ...rest.map((line) => indent + line),
    ...shown.map((line) => {
      const cut = cutEnd(line.slice(margin), columns - indent.length - 2)
      return `${indent}${paint('quiet', '│')} ${highlight(cut, pattern, paint)}`.trimEnd()
    }),
    ...(text.length > shown.length
      ? [indent + paint('quiet', `… ${counted(text.length - shown.length, 'more line')}`)]
      : []),
    ...(hit.neighbours === null ? [] : neighbourLines(hit.neighbours, view)),
  ]
}

function leadingSpaces(line: string): number {
  return line.length - line.trimStart().length
}
