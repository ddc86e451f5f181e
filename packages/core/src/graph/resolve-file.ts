import { edgeSetId, fileNodeId, moduleNodeId } from '../content-ids.ts'
import type {
  EdgeResolution,
  GraphEdge,
  GraphEdgeType,
  GraphNode,
} from '../contracts/graph-store.ts'
import type { Reference } from '../contracts/parsed-file.ts'
import type { FileUses } from './read-spooled.ts'
import {
  importedModulePaths,
  importedPaths,
  type ResolutionContext,
  resolveReference,
} from './resolve-name.ts'
import type { SurfaceIndex } from './surface-index.ts'

/** What one file puts into the graph. */
export interface FileGraph {
  readonly edgeSet: string
  /** The file and its symbols, owned by the file version. */
  readonly nodes: readonly GraphNode[]
  /** Modules outside the repository that the file imports, owned by the edge set. */
  readonly modules: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
}

// The owner is known when all edges are.
type EdgeDraft = { -readonly [Key in keyof GraphEdge]: GraphEdge[Key] }

/** The nodes and resolved edges of a file. Pure but for what `context` has loaded. */
export function resolveFile(
  context: ResolutionContext,
  repository: string,
  file: FileUses,
  surface: SurfaceIndex,
): FileGraph {
  const drafts = new Map<string, EdgeDraft>()
  const moduleNames = new Map<string, string>()
  const fileNode = fileNodeId(repository, file.path)
  const nodeOf = (symbol: number | null): string =>
    symbol === null ? fileNode : surface.nodeId(symbol)
  const add = (
    type: GraphEdgeType,
    from: string,
    to: string,
    resolution: EdgeResolution,
    line: number | null,
  ): void => {
    const key = `${type} ${from} ${to}`
    if (!drafts.has(key))
      drafts.set(key, { owner: '', repository, type, from, to, resolution, line })
  }

  file.symbols.forEach((symbol, index) => {
    add('defines', nodeOf(symbol.parent), nodeOf(index), 'syntax', symbol.startLine)
  })
  for (const binding of file.imports) {
    const paths = new Set([
      ...importedPaths(context, surface, binding.specifier),
      ...importedModulePaths(context, surface, binding),
    ])
    for (const path of paths) {
      if (path !== file.path) {
        add('imports', fileNode, fileNodeId(repository, path), 'import', binding.line)
      }
    }
    if (paths.size === 0) {
      const module = moduleNodeId(repository, binding.specifier)
      moduleNames.set(module, binding.specifier)
      add('imports', fileNode, module, 'syntax', binding.line)
    }
  }
  const addReference = (reference: Reference, type: GraphEdgeType): void => {
    const target = resolveReference(context, surface, reference)
    if (!target) return
    if (type !== 'calls' && !target.surface.isType(target.symbol)) return
    const to = target.surface.nodeId(target.symbol)
    add(type, nodeOf(reference.from), to, target.resolution, reference.line)
  }
  for (const reference of file.heritage) {
    addReference(reference, reference.kind === 'implements' ? 'implements' : 'extends')
  }
  for (const reference of file.references) addReference(reference, 'calls')

  const ordered = [...drafts.values()]
  const edgeSet = edgeSetId(
    file.version,
    ordered
      .map((edge) => `${edge.type} ${edge.from} ${edge.to} ${edge.resolution} ${edge.line}`)
      .join('\n'),
  )
  for (const edge of ordered) edge.owner = edgeSet
  return {
    edgeSet,
    nodes: fileNodes(repository, file, surface, fileNode),
    modules: [...moduleNames].map(([id, name]) => ({
      id,
      owner: edgeSet,
      repository,
      kind: 'module',
      name,
      path: null,
      symbolPath: null,
      symbolKind: null,
      startLine: null,
      endLine: null,
    })),
    edges: ordered,
  }
}

function fileNodes(
  repository: string,
  file: FileUses,
  surface: SurfaceIndex,
  fileNode: string,
): GraphNode[] {
  const owned = { owner: file.version, repository, path: file.path }
  const nodes: GraphNode[] = [
    {
      ...owned,
      id: fileNode,
      kind: 'file',
      name: file.path.slice(file.path.lastIndexOf('/') + 1),
      symbolPath: null,
      symbolKind: null,
      startLine: null,
      endLine: null,
    },
  ]
  file.symbols.forEach((symbol, index) => {
    nodes.push({
      ...owned,
      id: surface.nodeId(index),
      kind: 'symbol',
      name: symbol.name,
      symbolPath: symbol.symbolPath,
      symbolKind: symbol.kind,
      startLine: symbol.startLine,
      endLine: symbol.endLine,
    })
  })
  return nodes
}
