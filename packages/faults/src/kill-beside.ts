import { type CallCounts, everyCall, pointAt, storeCalls } from './break-points.ts'
import { killAndGoOn } from './broken-run.ts'
import type { FaultContext, FaultOutcome } from './fault.ts'
import type { NetworkSubject } from './network-subject.ts'
import { tryEach } from './outcome.ts'
import { prepareServerRun } from './server-run.ts'
import type { BreakPoint } from './started-process.ts'

/** Kills runs whose vectors or graph are in a server that goes on; none where it holds no part of an index. */
export async function killBeside(
  { form, signal }: FaultContext,
  { name, stores, clear }: NetworkSubject,
): Promise<FaultOutcome[]> {
  if (stores === null) return []
  const prepared = await prepareServerRun({ stores, clear }, signal)
  try {
    const { calls } = prepared.uninterrupted
    const points =
      form === 'long'
        ? everyCall(calls, storeCalls, ['before', 'during', 'after'])
        : shortPoints(calls, stores().chroma ? 'vectors.upsert' : 'graph.upsert')
    const fault = `${name}: SIGKILL of the indexer at a call of a store`
    return [await tryEach(fault, points, signal, (point) => killAndGoOn(prepared, point, signal))]
  } finally {
    await prepared.remove()
  }
}

/** One in the middle of storing, and one in the commit: live, and what it replaced is still there. */
function shortPoints(calls: CallCounts, write: string): BreakPoint[] {
  return [
    pointAt(calls, { break: 'process', call: write, when: 'during' }, 0.5),
    pointAt(calls, { break: 'process', call: 'ledger.commit', when: 'after' }, 1),
  ]
}
