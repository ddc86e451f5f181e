import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createIndexer, type GraphEdge, type GraphNode, type GraphStore, sqlite } from 'cairn'

/** Rows of a code graph. */
export interface GraphRows {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
}

/** Every row that indexing a repository writes to its graph. */
export async function graphRowsOf(path: string): Promise<GraphRows> {
  const folder = mkdtempSync(join(tmpdir(), 'cairn-bench-'))
  const nodes: GraphNode[] = []
  const edges: GraphEdge[] = []
  const storage = sqlite({ path: join(folder, 'cairn.db') })
  const graph: GraphStore = {
    ...storage.graph,
    upsert: async (rows, options) => {
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
