/**
 * How rows of the graph look in Neo4j. What people see and query is in `docs/graph-model.md`; beside
 * it there is `CairnShare`, which holds the rows of a node that has more than one owner.
 */
import type {
  EdgeResolution,
  GraphEdge,
  GraphEdgeType,
  GraphNode,
  GraphNodeKind,
  SymbolKind,
} from '@cairn/core'
import { type Integer, int } from 'neo4j-driver'

/** Relationship type of each type of edge. */
export const relationshipTypes: Readonly<Record<GraphEdgeType, string>> = {
  defines: 'DEFINES',
  imports: 'IMPORTS',
  calls: 'CALLS',
  extends: 'EXTENDS',
  implements: 'IMPLEMENTS',
}

/** Every type of edge, in one order. */
export const edgeTypes: readonly GraphEdgeType[] = [
  'defines',
  'imports',
  'calls',
  'extends',
  'implements',
]

/** Label of each kind of node. */
const kindLabels: Readonly<Record<GraphNodeKind, string>> = {
  file: 'File',
  symbol: 'Symbol',
  module: 'Module',
}

/** Second label of a symbol. `Module` is taken by what stands outside the repository. */
const symbolLabels: Readonly<Record<SymbolKind, string>> = {
  module: 'DefinedModule',
  namespace: 'Namespace',
  class: 'Class',
  interface: 'Interface',
  struct: 'Struct',
  enum: 'Enum',
  trait: 'Trait',
  type: 'Type',
  function: 'Function',
  method: 'Method',
  constructor: 'Constructor',
  property: 'Property',
  constant: 'Constant',
  variable: 'Variable',
  macro: 'Macro',
  section: 'Section',
}

/** Label of an end of an edge that is no node. */
export const unresolvedLabel = 'Unresolved'

/** Every label that a node of ours may have beside `Cairn`, but for that of a repository. */
export const changingLabels: readonly string[] = [
  ...Object.values(kindLabels),
  ...Object.values(symbolLabels),
  unresolvedLabel,
]

/** Labels of a node beside `Cairn`. */
export function labelsOf({ kind, symbolKind }: Pick<GraphNode, 'kind' | 'symbolKind'>): string[] {
  return symbolKind === null ? [kindLabels[kind]] : [kindLabels[kind], symbolLabels[symbolKind]]
}

/** Id of the node of a repository; no other node's id begins so. */
export function repositoryNodeId(repository: string): string {
  return `repository:${repository}`
}

/** A node as a list, which is half the bytes of a map; {@link nodeProperties} names its places. */
export function packNode(node: GraphNode): unknown[] {
  return [
    node.id,
    node.owner,
    node.repository,
    node.name,
    node.path,
    node.symbolPath,
    node.symbolKind,
    packNumber(node.startLine),
    packNumber(node.endLine),
    node.kind,
    labelsOf(node),
  ]
}

/** A number that Neo4j takes for a whole one. */
export function packNumber(value: number | null): Integer | null {
  return value === null ? null : int(value)
}

const properties = [
  'id',
  'owner',
  'repository',
  'name',
  'path',
  'symbolPath',
  'kind',
  'startLine',
  'endLine',
]

const placesOfRow = properties.map((property, index) => `${property}: row[${index}]`).join(', ')

/** Properties of a node as a map of Cypher, from `row` as {@link packNode} makes it. */
export const nodeProperties: string = `{${placesOfRow}}`

/** Properties of a share: a share has no label that says what its node is. */
export const shareProperties: string = `{${placesOfRow}, node: row[9]}`

/** Labels of a `row`. */
export const nodeLabels = 'row[10]'

/** The properties of a node that has no row any more. */
export const noNodeProperties: string = `{${properties
  .slice(1)
  .map((property) => `${property}: null`)
  .join(', ')}}`

/** A node read back by {@link nodeColumns}. */
export type NodeColumns = readonly [
  id: string,
  owner: string,
  repository: string,
  name: string,
  path: string | null,
  symbolPath: string | null,
  symbolKind: SymbolKind | null,
  startLine: number | null,
  endLine: number | null,
  kind: GraphNodeKind,
]

/** A list of what `variable`, a node or a share, holds of its row. */
export function nodeColumns(variable: string): string {
  const columns = properties.map((property) => `${variable}.${property}`).join(', ')
  return `[${columns}, CASE
    WHEN ${variable}:CairnShare THEN ${variable}.node
    WHEN ${variable}:File THEN 'file'
    WHEN ${variable}:Module THEN 'module'
    ELSE 'symbol' END]`
}

/** What {@link nodeColumns} gave. */
export function toNode(columns: NodeColumns): GraphNode {
  const [id, owner, repository, name, path, symbolPath, symbolKind, startLine, endLine, kind] =
    columns
  return {
    id,
    owner,
    repository,
    kind,
    name,
    path,
    symbolPath,
    symbolKind,
    startLine,
    endLine,
  }
}

/** An edge read back by {@link edgeColumns}. */
export type EdgeColumns = readonly [
  owner: string,
  repository: string,
  type: string,
  from: string,
  to: string,
  resolution: EdgeResolution,
  line: number | null,
]

/** A list of what a relationship holds of its row. */
export function edgeColumns(variable: string): string {
  const ends = `startNode(${variable}).id, endNode(${variable}).id`
  return `[${variable}.owner, ${variable}.repository, type(${variable}), ${ends}, ${variable}.resolution, ${variable}.line]`
}

/** What {@link edgeColumns} gave. */
export function toEdge(columns: EdgeColumns): GraphEdge {
  const [owner, repository, relationship, from, to, resolution, line] = columns
  const type = edgeTypes.find((candidate) => relationshipTypes[candidate] === relationship)
  if (type === undefined) throw new Error(`No edge is a ${relationship}.`)
  return { owner, repository, type, from, to, resolution, line }
}

/** Relationship types of edges, as a pattern takes them. */
export function typePattern(types: readonly GraphEdgeType[] = edgeTypes): string {
  return types.map((type) => relationshipTypes[type]).join('|')
}
