import { allOf } from '../all-of.ts'
import type { GraphEdge } from '../contracts/graph-store.ts'
import { checkVectors, countsAsListed } from './check-vectors.ts'
import { type CheckContext, checkedFile, type Step } from './checked-file.ts'
import { graphOwnerPages, versionRows } from './list-rows.ts'
import { ledgerFiles } from './read-ledger.ts'
import { createRowSum, type RowSum } from './row-sum.ts'
import { createSampler, type SampledFile } from './sample-chunks.ts'

/** What the ledger says, summed up. */
interface LedgerSums {
  readonly files: number
  readonly chunks: number
  readonly vectors: RowSum
  readonly graph: RowSum
  readonly samples: readonly SampledFile[]
  /**
   * Whether each chunk of every file has a vector, as a sum over a file says nothing of which of its chunks are there;
   * and whether there are as many as the ledger counts, over which the sample was spread.
   */
  readonly isWhole: boolean
}

/**
 * Whether ledger and stores say the same, as far as sums over their rows and a sample tell: what was compared
 * where they do, else null. Holds a page of each at a time.
 */
export async function sumStores(
  context: CheckContext,
  dangling: Promise<readonly GraphEdge[]>,
  step: Step,
): Promise<{ files: number; chunks: number; differences: readonly never[] } | null> {
  const { storage, repository } = context
  const [ledger, vectors, graph, unindexed, edges] = await allOf(
    sumLedger(context).then(step),
    sumVectors(context).then(step),
    sumGraph(context).then(step),
    storage.journal.text.unindexed(repository, 1).then(step),
    dangling,
  )
  const { files, chunks, samples } = ledger
  const isSame = ledger.isWhole && ledger.vectors.equals(vectors.sum) && ledger.graph.equals(graph)
  if (!isSame || unindexed.length > 0 || edges.length > 0) return null
  if (!(await countsAsListed(context, vectors.rows))) return null
  const altered = await checkVectors({ ...context, depth: 'sample' }, samples, [])
  return altered.length > 0 ? null : { files, chunks, differences: [] }
}

async function sumLedger({ storage, repository }: CheckContext): Promise<LedgerSums> {
  const { ledger } = storage.journal
  const summary = await ledger.repository(repository)
  const pick = createSampler(summary?.chunks ?? 0, 'sample')
  const [vectors, graph] = [createRowSum(), createRowSum()]
  const samples: SampledFile[] = []
  let [files, chunks, isWhole] = [0, 0, true]
  for await (const file of ledgerFiles(ledger, repository)) {
    files += 1
    chunks += file.chunkCount
    if (file.failedChunks.length > 0) isWhole = false
    if (file.chunkCount > 0) vectors.add(file.version, file.chunkCount, file.chunkCount - 1)
    graph.add(file.version, file.nodeCount, 0)
    if (file.edgeSetNodes + file.edgeSetEdges > 0) {
      graph.add(file.edgeSet, file.edgeSetNodes, file.edgeSetEdges)
    }
    const ordinals = pick(file)
    if (ordinals.length > 0) samples.push({ file: checkedFile(file), ordinals })
  }
  if (chunks !== (summary?.chunks ?? 0)) isWhole = false
  return { files, chunks, vectors, graph, samples, isWhole }
}

async function sumVectors(context: CheckContext): Promise<{ sum: RowSum; rows: number }> {
  const sum = createRowSum()
  let rows = 0
  for await (const version of versionRows(context, context.space)) {
    // −1 is no ordinal, so a version with rows that are no chunks equals none.
    sum.add(version.version, version.rows, version.lastOrdinal ?? -1)
    rows += version.rows
  }
  return { sum, rows }
}

async function sumGraph(context: CheckContext): Promise<RowSum> {
  const sum = createRowSum()
  for await (const owners of graphOwnerPages(context)) {
    for (const { owner, nodes, edges } of owners) sum.add(owner, nodes, edges)
  }
  return sum
}
