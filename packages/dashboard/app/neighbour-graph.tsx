import type { HitNeighbours, NeighbourReference, SearchHit } from '@cairn/protocol'

/** Neighbours of one kind that are drawn; the list under the picture has all. */
const shownNeighbours = 6

const sides = [
  { kind: 'callers', side: 'left', text: 'called by' },
  { kind: 'definedIn', side: 'left', text: 'defined in' },
  { kind: 'callees', side: 'right', text: 'calls' },
  { kind: 'imports', side: 'right', text: 'imports' },
  { kind: 'extends', side: 'right', text: 'extends' },
] as const satisfies readonly {
  kind: keyof HitNeighbours
  side: 'left' | 'right'
  text: string
}[]

interface Placed {
  readonly x: number
  readonly y: number
  readonly kind: keyof HitNeighbours
  readonly text: string
  readonly label: string
  readonly title: string
}

const width = 720
const rowHeight = 30
const boxWidth = 190
const boxHeight = 22

/** How a hit hangs together with the code around it, as a picture and as a list. */
export function NeighbourGraph({ hit }: { hit: SearchHit }) {
  const { neighbours } = hit
  if (neighbours === null) return null
  const all = sides.flatMap(({ kind, text }) => neighbours[kind].map((to) => ({ kind, text, to })))
  if (all.length === 0) return <p className="muted">Nothing in the graph is next to it.</p>
  const left = placeSide(neighbours, 'left')
  const right = placeSide(neighbours, 'right')
  const height = Math.max(left.length, right.length, 2) * rowHeight + 16
  const middle = height / 2
  const center = shorten(hit.symbol ?? hit.path, 26)
  return (
    <div className="graph">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`${all.length} neighbours of ${hit.symbol ?? hit.path}; the list below names them.`}
      >
        {[...spread(left, height, 'left'), ...spread(right, height, 'right')].map((node) => {
          const isLeft = node.x < width / 2
          const from = isLeft ? node.x + boxWidth : width / 2 + boxWidth / 2
          const to = isLeft ? width / 2 - boxWidth / 2 : node.x
          const [startY, endY] = isLeft ? [node.y, middle] : [middle, node.y]
          const half = (from + to) / 2
          return (
            <g key={`${node.kind} ${node.title} ${node.y}`} data-kind={node.kind}>
              <path
                className="edge"
                d={`M${from} ${startY}C${half} ${startY} ${half} ${endY} ${to} ${endY}`}
              />
              <rect
                x={node.x}
                y={node.y - boxHeight / 2}
                width={boxWidth}
                height={boxHeight}
                rx="4"
              />
              <text x={node.x + 8} y={node.y + 4}>
                <title>{`${node.text} ${node.title}`}</title>
                {node.label}
              </text>
            </g>
          )
        })}
        <g className="center">
          <rect
            x={width / 2 - boxWidth / 2}
            y={middle - boxHeight / 2 - 3}
            width={boxWidth}
            height={boxHeight + 6}
            rx="4"
          />
          <text x={width / 2} y={middle + 4} textAnchor="middle">
            {center}
          </text>
        </g>
      </svg>
      <ul>
        {sides
          .filter(({ kind }) => neighbours[kind].length > 0)
          .map(({ kind, text }) => (
            <li key={kind} data-kind={kind}>
              <span className="swatch" aria-hidden="true" />
              <span className="muted">{text}</span>{' '}
              {neighbours[kind].map((to, index) => (
                <span key={titleOf(to)}>
                  {index > 0 && ', '}
                  <span className="code" title={titleOf(to)}>
                    {nameOf(to)}
                  </span>
                </span>
              ))}
            </li>
          ))}
      </ul>
    </div>
  )
}

type Unplaced = Omit<Placed, 'x' | 'y'>

function placeSide(neighbours: HitNeighbours, side: 'left' | 'right'): readonly Unplaced[] {
  return sides
    .filter((each) => each.side === side)
    .flatMap(({ kind, text }) =>
      neighbours[kind].slice(0, shownNeighbours).map((to) => ({
        kind,
        text,
        label: shorten(nameOf(to), 26),
        title: titleOf(to),
      })),
    )
}

function spread(
  nodes: readonly Unplaced[],
  height: number,
  side: 'left' | 'right',
): readonly Placed[] {
  const x = side === 'left' ? 2 : width - boxWidth - 2
  const top = (height - nodes.length * rowHeight) / 2
  return nodes.map((node, index) => ({ ...node, x, y: top + (index + 0.5) * rowHeight }))
}

function nameOf({ symbol, path }: NeighbourReference): string {
  return symbol ?? path ?? 'a module outside'
}

function titleOf(to: NeighbourReference): string {
  const place = to.path === null ? '' : ` (${to.path}${to.startLine ? `:${to.startLine}` : ''})`
  return to.symbol === null ? `${to.path ?? 'a module outside'}` : `${to.symbol}${place}`
}

function shorten(text: string, length: number): string {
  return text.length <= length ? text : `…${text.slice(1 - length)}`
}
