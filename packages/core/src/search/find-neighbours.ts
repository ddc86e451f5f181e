import type { HitNeighbours, NeighbourReference } from '@cairn/protocol'
import { fileNodeId, symbolNodeIds } from '../content-ids.ts'
import type { GraphEdgeType, GraphNeighbour } from '../contracts/graph-store.ts'
import type { StoredChunk } from '../contracts/journal.ts'
import type { Storage } from '../contracts/storage.ts'

const mostNeighbours = 20

/** The live neighbours of a chunk's symbol, or of its file where it shows none. */
export async function findNeighbours(
  storage: Storage,
  chunk: StoredChunk,
  signal: AbortSignal | undefined,
): Promise<HitNeighbours> {
  const { repository, path, symbolPath } = chunk
  const file = fileNodeId(repository, path)
  const node = symbolPath === null ? file : symbolNodeIds(repository, path)(symbolPath, 0)
  const find = async (
    id: string,
    direction: 'in' | 'out',
    types: readonly GraphEdgeType[],
  ): Promise<NeighbourReference[]> => {
    const found = await storage.graph.neighbours(id, {
      direction,
      types,
      // Rows of versions that are no longer live take places too.
      limit: mostNeighbours * 2,
      ...(signal ? { signal } : {}),
    })
    return liveReferences(storage, found)
  }
  const [callers, callees, definedIn, imports, extended] = await Promise.all([
    find(node, 'in', ['calls']),
    find(node, 'out', ['calls']),
    find(node, 'in', ['defines']),
    find(file, 'out', ['imports']),
    find(node, 'out', ['extends', 'implements']),
  ])
  return { callers, callees, definedIn, imports, extends: extended }
}

async function liveReferences(
  storage: Storage,
  found: readonly GraphNeighbour[],
): Promise<NeighbourReference[]> {
  if (found.length === 0) return []
  const owners = new Set(found.flatMap(({ edge, node }) => [edge.owner, node.owner]))
  const live = await storage.journal.ledger.live([...owners])
  const byNode = new Map<string, NeighbourReference>()
  for (const { edge, node } of found) {
    if (!live.has(edge.owner) || !live.has(node.owner) || byNode.has(node.id)) continue
    byNode.set(node.id, {
      kind: node.kind,
      path: node.path,
      symbol: node.symbolPath ?? (node.kind === 'module' ? node.name : null),
      symbolKind: node.symbolKind,
      startLine: node.startLine,
      resolution: edge.resolution,
    })
  }
  return [...byNode.values()].slice(0, mostNeighbours)
}
