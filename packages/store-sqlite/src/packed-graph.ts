import type { GraphEdge, GraphNode } from '@cairn/core'

/**
 * Rows of the graph on their way between threads. Every string is sent once and named by its place;
 * objects with a dozen members each would take several times as long.
 */
export interface PackedGraph {
  /** Ids of nodes, also of those that edges alone name. */
  readonly ids: readonly string[]
  /** Each with its repository, by its place in `strings`. */
  readonly owners: readonly { readonly owner: string; readonly repository: number }[]
  readonly strings: readonly string[]
  /** {@link nodeNumbers} each: id, owner, kind, name, path, symbol path, symbol kind, start line, end line. */
  readonly nodes: Int32Array
  /** {@link edgeNumbers} each: owner, type, from, to, resolution, line. */
  readonly edges: Int32Array
}

export const nodeNumbers = 9
export const edgeNumbers = 6
/** Stands for null. */
export const noNumber = -1

/** Packs the rows of one write. */
export function packGraph(rows: {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
}): PackedGraph {
  const ids = createPlaces<string>()
  const strings = createPlaces<string>()
  const owners: PackedGraph['owners'][number][] = []
  const ownersByRepository = new Map<number, Map<string, number>>()

  const ownerOf = ({ owner, repository }: GraphNode | GraphEdge): number => {
    const place = strings.of(repository)
    const known = ownersByRepository.get(place) ?? new Map<string, number>()
    ownersByRepository.set(place, known)
    let number = known.get(owner)
    if (number === undefined) {
      number = owners.push({ owner, repository: place }) - 1
      known.set(owner, number)
    }
    return number
  }
  const stringOf = (text: string | null): number => (text === null ? noNumber : strings.of(text))

  const nodes = new Int32Array(rows.nodes.length * nodeNumbers)
  rows.nodes.forEach((node, index) => {
    const at = index * nodeNumbers
    nodes[at] = ids.of(node.id)
    nodes[at + 1] = ownerOf(node)
    nodes[at + 2] = strings.of(node.kind)
    nodes[at + 3] = strings.of(node.name)
    nodes[at + 4] = stringOf(node.path)
    nodes[at + 5] = stringOf(node.symbolPath)
    nodes[at + 6] = stringOf(node.symbolKind)
    nodes[at + 7] = node.startLine ?? noNumber
    nodes[at + 8] = node.endLine ?? noNumber
  })
  const edges = new Int32Array(rows.edges.length * edgeNumbers)
  rows.edges.forEach((edge, index) => {
    const at = index * edgeNumbers
    edges[at] = ownerOf(edge)
    edges[at + 1] = strings.of(edge.type)
    edges[at + 2] = ids.of(edge.from)
    edges[at + 3] = ids.of(edge.to)
    edges[at + 4] = strings.of(edge.resolution)
    edges[at + 5] = edge.line ?? noNumber
  })
  return { ids: ids.all, owners, strings: strings.all, nodes, edges }
}

/** Numbers different values in the order in which they come. */
function createPlaces<T>(): { readonly all: readonly T[]; of(value: T): number } {
  const places = new Map<T, number>()
  const all: T[] = []
  return {
    all,
    of(value) {
      let place = places.get(value)
      if (place === undefined) {
        place = all.push(value) - 1
        places.set(value, place)
      }
      return place
    },
  }
}
