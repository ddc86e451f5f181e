import type { OwnerCount } from '../contracts/graph-store.ts'
import type { SpooledFile } from '../contracts/journal.ts'
import type { BuiltGraph } from '../graph/graph-builder.ts'
import { graphOwnerPages, versionRows } from './list-rows.ts'
import type { StoreContext } from './store-context.ts'

/**
 * What the stores have of files that are to be written, whole. Ids are derived from content, so what has
 * all its ids need not be written again.
 */
export interface WrittenRows {
  /** Whether every chunk of the file has its vector. */
  hasVectors(file: Pick<SpooledFile, 'version' | 'chunkCount'>): boolean
  /** Whether the nodes of the file version and all of its edge set are there. */
  hasGraph(file: Pick<SpooledFile, 'version'>, graph: BuiltGraph): boolean
}

/** Of a run that begins its task: nothing is known to be there, and nobody need be asked. */
export const nothingWritten: WrittenRows = {
  hasVectors: () => false,
  hasGraph: () => false,
}

/** Asks the stores what they have of a repository: some hundred bytes a file are held. */
export async function findWrittenRows(context: StoreContext): Promise<WrittenRows> {
  const [vectors, owners] = await Promise.all([countVectors(context), countOwners(context)])
  const has = (owner: string, nodes: number, edges: number): boolean => {
    const found = owners.get(owner)
    return (found?.nodes ?? 0) === nodes && (found?.edges ?? 0) === edges
  }
  return {
    hasVectors: ({ version, chunkCount }) => (vectors.get(version) ?? 0) === chunkCount,
    hasGraph: ({ version }, { edgeSet, nodeCount, edgeSetNodes, edgeSetEdges }) =>
      has(version, nodeCount, 0) && has(edgeSet, edgeSetNodes, edgeSetEdges),
  }
}

async function countVectors(context: StoreContext): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>()
  for await (const { version, rows } of versionRows(context, context.space)) {
    counts.set(version, rows)
  }
  return counts
}

async function countOwners(
  context: StoreContext,
): Promise<ReadonlyMap<string, Omit<OwnerCount, 'owner'>>> {
  const counts = new Map<string, Omit<OwnerCount, 'owner'>>()
  for await (const owners of graphOwnerPages(context)) {
    for (const { owner, nodes, edges } of owners) counts.set(owner, { nodes, edges })
  }
  return counts
}
