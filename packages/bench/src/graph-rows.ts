import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeGraph } from '@cairn/core/encoded-graph'
import {
  createIndexer,
  type GraphEdge,
  type GraphNode,
  type GraphRows,
  type GraphStore,
  sqlite,
} from 'cairn'

/** Every row that indexing a repository writes to its graph. */
export async function graphRowsOf(path: string): Promise<GraphRows> {
  const folder = mkdtempSync(join(tmpdir(), 'cairn-bench-'))
  const nodes: GraphNode[] = []
  const edges: GraphEdge[] = []
  const storage = sqlite({ path: join(folder, 'cairn.db') })
  const graph: GraphStore = {
    ...storage.graph,
    upsert: async (given, options) => {
      const rows = 'parts' in given ? decodeGraph(given) : given
      nodes.push(...rows.nodes)
      edges.push(...rows.edges)
      await storage.graph.upsert(rows, options)
    },
  }
  const indexer = createIndexer({ storage: { ...storage, graph } })
  try {
    await indexer.index({ path }).finished
  } finally {
    await indexer.close()
    await storage.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return { nodes, edges }
}
