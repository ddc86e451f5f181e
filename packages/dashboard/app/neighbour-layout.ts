import type { HitNeighbours, NeighbourReference } from '@cairn/protocol'

/** Kinds of neighbours: those before the hit lead to it, those after it are led to. */
export const neighbourKinds = [
  { kind: 'callers', side: 'before', text: 'called by' },
  { kind: 'definedIn', side: 'before', text: 'defined in' },
  { kind: 'callees', side: 'after', text: 'calls' },
  { kind: 'imports', side: 'after', text: 'imports' },
  { kind: 'extends', side: 'after', text: 'extends' },
] as const satisfies readonly {
  kind: keyof HitNeighbours
  side: 'before' | 'after'
  text: string
}[]

/** Neighbours of one kind that are drawn; the list under the picture has all. */
const shownNeighbours = 6

/** Characters that a box has room for. */
const boxLetters = 24

const rowHeight = 30

/** The size of a neighbour's box. */
export const box = { width: 190, height: 22 } as const

/** The box of one neighbour, or of those of its kind that are too many, and its edge. */
export interface Placed {
  readonly key: string
  readonly kind: keyof HitNeighbours
  readonly label: string
  /** What is said of it when the pointer rests on it. */
  readonly title: string
  /** Left edge of the box, and its middle. */
  readonly x: number
  readonly y: number
  /** Path of its edge to the hit. */
  readonly edge: string
}

/** Where everything of the picture stands. */
export interface NeighbourLayout {
  readonly width: number
  readonly height: number
  readonly nodes: readonly Placed[]
  /** Left edge of the hit's box, and its middle. */
  readonly center: { readonly x: number; readonly y: number; readonly label: string }
}

type Unplaced = Omit<Placed, 'x' | 'y' | 'edge'>

/** Three columns: what leads to the hit, the hit, what it leads to. */
export function inColumns(neighbours: HitNeighbours, name: string): NeighbourLayout {
  const before = nodesOf(neighbours, 'before')
  const after = nodesOf(neighbours, 'after')
  const width = 720
  const height = Math.max(before.length, after.length, 2) * rowHeight + 16
  const middle = height / 2
  const left = (width - box.width) / 2
  const column = (nodes: readonly Unplaced[], x: number): readonly Placed[] => {
    const top = (height - nodes.length * rowHeight) / 2
    const [own, other] = x < left ? [x + box.width, left] : [x, left + box.width]
    const half = (own + other) / 2
    return nodes.map((node, index) => {
      const y = top + (index + 0.5) * rowHeight
      return {
        ...node,
        x,
        y,
        edge: `M${own} ${y}C${half} ${y} ${half} ${middle} ${other} ${middle}`,
      }
    })
  }
  return {
    width,
    height,
    nodes: [...column(before, 2), ...column(after, width - box.width - 2)],
    center: { x: left, y: middle, label: shorten(name) },
  }
}

/** One column, as a tree, for where there is no room for three. */
export function inRows(neighbours: HitNeighbours, name: string): NeighbourLayout {
  const before = nodesOf(neighbours, 'before')
  const after = nodesOf(neighbours, 'after')
  const indent = 30
  const trunk = 14
  const middle = (before.length + 0.5) * rowHeight + 2
  const place = (node: Unplaced, y: number): Placed => {
    const from = y < middle ? middle - box.height / 2 : middle + box.height / 2
    return { ...node, x: indent, y, edge: `M${trunk} ${from}V${y}H${indent}` }
  }
  return {
    width: indent + box.width + 2,
    height: (before.length + after.length + 1) * rowHeight + 4,
    nodes: [
      ...before.map((node, index) => place(node, (index + 0.5) * rowHeight + 2)),
      ...after.map((node, index) => place(node, middle + (index + 1) * rowHeight)),
    ],
    center: { x: 2, y: middle, label: shorten(name) },
  }
}

function nodesOf(neighbours: HitNeighbours, side: 'before' | 'after'): readonly Unplaced[] {
  return neighbourKinds
    .filter((each) => each.side === side)
    .flatMap(({ kind, text }) => {
      const all = neighbours[kind]
      const hasRoom = all.length <= shownNeighbours
      const drawn = hasRoom ? all : all.slice(0, shownNeighbours - 1)
      const nodes = drawn.map((to) => ({
        key: `${kind} ${titleOf(to)}`,
        kind,
        label: shorten(nameOf(to)),
        title: `${text} ${titleOf(to)}`,
      }))
      if (hasRoom) return nodes
      const more = `and ${all.length - drawn.length} more`
      return [...nodes, { key: `${kind} more`, kind, label: more, title: `${text} ${more}` }]
    })
}

/** What a neighbour is called. */
export function nameOf({ symbol, path }: NeighbourReference): string {
  return symbol ?? path ?? 'a module outside'
}

/** What a neighbour is called, and where it stands. */
export function titleOf(to: NeighbourReference): string {
  const place = to.path === null ? '' : ` (${to.path}${to.startLine ? `:${to.startLine}` : ''})`
  return to.symbol === null ? nameOf(to) : `${to.symbol}${place}`
}

function shorten(text: string): string {
  return text.length <= boxLetters ? text : `…${text.slice(1 - boxLetters)}`
}
