import type { SearchHit } from '@cairn/protocol'
import { useIsNarrow } from './narrow.ts'
import { box, inColumns, inRows, nameOf, neighbourKinds, titleOf } from './neighbour-layout.ts'
import { hrefOf } from './route.ts'

/** How a hit hangs together with the code around it, as a picture and as a list that leads on. */
export function NeighbourGraph({ hit }: { hit: SearchHit }) {
  const isNarrow = useIsNarrow()
  const { neighbours, repository } = hit
  if (neighbours === null) return null
  const name = hit.symbol ?? hit.path
  const all = Object.values(neighbours).reduce((sum, list) => sum + list.length, 0)
  const layout = isNarrow ? inRows : inColumns
  const { width, height, nodes, center } = layout(neighbours, name)
  return (
    <div className="graph">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        style={{ maxInlineSize: width }}
        role="img"
        aria-label={`${all} neighbours of ${name}; the list below names them.`}
      >
        {nodes.map(({ key, kind, label, title, x, y, edge }) => (
          <g key={key} data-kind={kind}>
            <path className="edge" d={edge} />
            <rect x={x} y={y - box.height / 2} width={box.width} height={box.height} rx="4" />
            <text x={x + 8} y={y + 4}>
              <title>{title}</title>
              {label}
            </text>
          </g>
        ))}
        <g className="center">
          <rect
            x={center.x}
            y={center.y - box.height / 2 - 3}
            width={box.width}
            height={box.height + 6}
            rx="4"
          />
          <text x={center.x + box.width / 2} y={center.y + 4} textAnchor="middle">
            {center.label}
          </text>
        </g>
      </svg>
      <ul>
        {neighbourKinds
          .filter(({ kind }) => neighbours[kind].length > 0)
          .map(({ kind, text }) => (
            <li key={kind} data-kind={kind}>
              <span className="swatch" aria-hidden="true" />
              <span className="muted">{text}</span>{' '}
              {neighbours[kind].map((to, index) => (
                <span key={titleOf(to)}>
                  {index > 0 && ', '}
                  {to.symbol === null || to.path === null ? (
                    <span className="code">{nameOf(to)}</span>
                  ) : (
                    <a
                      className="code"
                      href={hrefOf({ view: 'search', query: to.symbol, repository })}
                      title={titleOf(to)}
                    >
                      {nameOf(to)}
                    </a>
                  )}
                </span>
              ))}
            </li>
          ))}
      </ul>
    </div>
  )
}
