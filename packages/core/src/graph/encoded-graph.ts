import type { EncodedGraph, GraphEdge, GraphNode, GraphRows } from '../contracts/graph-store.ts'
import { packBlocks, unpackBlocks } from '../packed-blocks.ts'

/**
 * What a part of an {@link EncodedGraph} says. Every string stands there once and is named by its place;
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

/** Numbers of a node in {@link PackedGraph.nodes}. */
export const nodeNumbers = 9
/** Numbers of an edge in {@link PackedGraph.edges}. */
export const edgeNumbers = 6
/** Stands for null. */
export const noNumber = -1

const noNumbers = new Int32Array()

/** Encodes rows, in one part. */
export function encodeGraph(rows: GraphRows): EncodedGraph {
  const { nodes, edges, ...words } = packGraph(rows)
  const numbers = [nodes, edges].map(({ buffer }) => new Uint8Array(buffer))
  const part = packBlocks([JSON.stringify(words), ...numbers])
  return { parts: [part], nodes: rows.nodes.length, edges: rows.edges.length }
}

/** The rows again; only for parts that {@link encodeGraph} made in this process. */
export function decodeGraph({ parts }: Pick<EncodedGraph, 'parts'>): GraphRows {
  const rows = parts.map((part) => rowsOf(unpackPart(part)))
  return {
    nodes: rows.flatMap(({ nodes }) => nodes),
    edges: rows.flatMap(({ edges }) => edges),
  }
}

/** What a part says, for a store that need not build up the rows. */
export function unpackPart(part: Uint8Array): PackedGraph {
  const [words, ...numbers] = unpackBlocks(part)
  const [nodes = noNumbers, edges = noNumbers] = numbers.map(
    ({ buffer, byteOffset, byteLength }) =>
      new Int32Array(buffer, byteOffset, byteLength / Int32Array.BYTES_PER_ELEMENT),
  )
  const said: Omit<PackedGraph, 'nodes' | 'edges'> = JSON.parse(String(words))
  return { ...said, nodes, edges }
}

function packGraph(rows: GraphRows): PackedGraph {
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

function rowsOf(packed: PackedGraph): GraphRows {
  const { ids, owners, strings } = packed
  const ownerAt = (place = noNumber) => {
    const { owner = '', repository = noNumber } = owners[place] ?? {}
    return { owner, repository: strings[repository] ?? '' }
  }
  // What was packed were the words of these types, and every place is one that was given out.
  const wordAt = <Word extends string>(place = noNumber): Word => (strings[place] ?? '') as Word
  const wordOrNull = <Word extends string>(place = noNumber): Word | null =>
    place === noNumber ? null : wordAt(place)
  const lineAt = (line = noNumber): number | null => (line === noNumber ? null : line)
  return {
    nodes: groupsOf(packed.nodes, nodeNumbers, (row) => ({
      id: ids[row[0] ?? noNumber] ?? '',
      ...ownerAt(row[1]),
      kind: wordAt(row[2]),
      name: wordAt(row[3]),
      path: wordOrNull(row[4]),
      symbolPath: wordOrNull(row[5]),
      symbolKind: wordOrNull(row[6]),
      startLine: lineAt(row[7]),
      endLine: lineAt(row[8]),
    })),
    edges: groupsOf(packed.edges, edgeNumbers, (row) => ({
      ...ownerAt(row[0]),
      type: wordAt(row[1]),
      from: ids[row[2] ?? noNumber] ?? '',
      to: ids[row[3] ?? noNumber] ?? '',
      resolution: wordAt(row[4]),
      line: lineAt(row[5]),
    })),
  }
}

function groupsOf<Row>(numbers: Int32Array, size: number, make: (group: Int32Array) => Row): Row[] {
  return Array.from({ length: numbers.length / size }, (_, index) =>
    make(numbers.subarray(index * size, (index + 1) * size)),
  )
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
