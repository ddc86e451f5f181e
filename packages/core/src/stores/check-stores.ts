import { allOf } from '../all-of.ts'
import { parseChunkId } from '../content-ids.ts'
import type { GraphEdge } from '../contracts/graph-store.ts'
import type { MemoryGate } from '../memory-gate.ts'
import type { Parser } from '../parsing/parser.ts'
import { checkGraph } from './check-graph.ts'
import { checkGraphRows } from './check-graph-rows.ts'
import { checkText } from './check-text.ts'
import { checkOtherSpaces, checkVectorIds, checkVectors } from './check-vectors.ts'
import {
  type CheckContext,
  type CheckDepth,
  type CheckedFile,
  checkedFile,
  type Difference,
  type Step,
} from './checked-file.ts'
import { inspectJournal, inspectStores } from './inspect-stores.ts'
import { ledgerFiles } from './read-ledger.ts'
import { sampledFiles } from './sample-chunks.ts'
import { sumStores } from './sum-stores.ts'

/** What was compared and what differs. */
export interface StoreCheck {
  readonly files: number
  readonly chunks: number
  readonly differences: readonly Difference[]
}

/** What {@link checkStores} works with. */
export interface StoreCheckContext extends CheckContext {
  readonly parser: Parser
  readonly memory: MemoryGate
  readonly depth: CheckDepth
  /** Called with the number of steps done, of `checkSteps`. */
  readonly onStep?: (done: number, what: string) => void
}

/** Steps of a check, for its progress. */
export const checkSteps = 5

const danglingPage = 2_000
const operation = 'comparing the stores with the ledger'

/**
 * Compares what the stores hold of a repository with its ledger: every id of the vector store, every
 * owner of the graph, every chunk of the text index, and a sample of the texts and vectors themselves; or
 * everything, as it would be written now. What is whole is found so by sums, page by page; only to name
 * differences is anything held of each file.
 */
export async function checkStores(context: StoreCheckContext): Promise<StoreCheck> {
  const { storage, repository, signal } = context
  // The longest of the questions, and one that needs nothing of the others.
  const dangling = storage.graph.danglingEdges({ repository, limit: danglingPage, signal })
  const asked = Promise.allSettled([dangling])
  try {
    const step = createStep(context)
    const whole = context.depth === 'sample' ? await sumStores(context, dangling, step) : null
    const check = whole ?? (await compareStores(context, dangling, step))
    context.onStep?.(checkSteps, operation)
    return check
  } finally {
    // Whatever else failed, nothing of a check goes on after it.
    await asked
  }
}

/** Tells of each step but the last, which is when all is over: what is looked at again was told already. */
function createStep({ onStep }: StoreCheckContext): Step {
  let done = 0
  return (result) => {
    if (done < checkSteps - 1) onStep?.(++done, operation)
    return result
  }
}

async function compareStores(
  context: StoreCheckContext,
  dangling: Promise<readonly GraphEdge[]>,
  step: Step,
): Promise<StoreCheck> {
  const { storage, repository, depth } = context
  const byVersion = new Map<string, CheckedFile>()
  let chunks = 0
  for await (const file of ledgerFiles(storage.journal.ledger, repository)) {
    byVersion.set(file.version, checkedFile(file))
    chunks += file.chunkCount
  }
  step(null)
  const look = { repair: false }
  const journal = depth === 'all' ? await inspectJournal(context, look) : []
  const inner = depth === 'all' ? await inspectStores(context, look) : []
  // Of a space that is not what it was, nothing can be read.
  const hasSpace = !inner.some(({ id }) => id === context.space.fingerprint)
  // The stores may be different ones, and what one of them gives is compared while another reads.
  const [vectors, graph, text] = await allOf(
    (hasSpace ? checkVectorIds(context, byVersion) : Promise.resolve([]))
      .then(step)
      .then(async (found) => {
        if (!hasSpace) return found
        const samples = sampledFiles(byVersion.values(), chunks, depth)
        return [...found, ...(await checkVectors(context, samples, found))]
      })
      .then(step),
    checkGraph(context, byVersion, dangling).then(step),
    checkText(context, byVersion).then(step),
    dangling,
  )
  const differences = [...journal, ...vectors, ...graph, ...text]
  if (depth === 'all') {
    differences.push(...(await checkOtherSpaces(context)))
    for (const difference of inner) {
      const version = parseChunkId(difference.id)?.version ?? ''
      differences.push({ ...difference, path: byVersion.get(version)?.path ?? null })
    }
    // What edges are made from must be as it was written.
    if (!journal.some(({ store }) => store === 'ledger' || store === 'text')) {
      differences.push(...(await checkGraphRows(context, byVersion, graph)))
    }
  }
  return { files: byVersion.size, chunks, differences: once(differences) }
}

/** Each row as it was first told: several parts of a check may meet the same. */
function once(differences: readonly Difference[]): Difference[] {
  const seen = new Map<string, Difference>()
  for (const difference of differences) {
    const key = `${difference.store} ${difference.id}`
    if (!seen.has(key)) seen.set(key, difference)
  }
  return [...seen.values()]
}
