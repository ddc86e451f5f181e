import type { BreakPoint } from './started-process.ts'

/** Calls of the stores that write, read back or delete, and the steps of the commit between them. */
export const storeCalls = [
  'vectors.upsert',
  'vectors.upsertSpooled',
  'graph.upsert',
  'ledger.stage',
  'ledger.commit',
  'vectors.delete',
  'graph.deleteOwners',
  'ledger.collected',
  'vectors.ids',
  'vectors.versions',
  'vectors.count',
  'vectors.get',
  'graph.owners',
  'graph.danglingEdges',
] as const

/** How often each call was made by a run that nothing broke. */
export type CallCounts = Readonly<Record<string, number>>

/** A call that a process breaks something at. */
type BreakAtCall = Pick<BreakPoint, 'break' | 'when'> & { readonly call: string }

/**
 * The call of this name that comes when so large a share of them is done, from 0, which is the first, to 1, the
 * last: how many there are is what the run that was counted says. @throws where there is none.
 */
export function pointAt(calls: CallCounts, at: BreakAtCall, share: number): BreakPoint {
  const count = calls[at.call] ?? 0
  if (count === 0) throw new Error(`A run without a fault never called ${at.call}.`)
  return { ...at, nth: Math.max(1, Math.ceil(share * count)) }
}

/** {@link pointAt} for each of the shares; two that fall on the same call are one point. */
export function pointsAt(
  calls: CallCounts,
  at: BreakAtCall,
  shares: readonly number[],
): BreakPoint[] {
  const points = shares.map((share) => pointAt(calls, at, share))
  return [...new Map(points.map((point) => [point.nth, point])).values()]
}

/** Every call of these names, at one of the moments in turn. */
export function everyCall(
  calls: CallCounts,
  names: readonly string[],
  moments: readonly NonNullable<BreakPoint['when']>[],
): BreakPoint[] {
  return names.flatMap((call) =>
    Array.from({ length: calls[call] ?? 0 }, (_, index): BreakPoint => {
      const when = moments[index % moments.length] ?? 'before'
      return { break: 'process', call, nth: index + 1, when }
    }),
  )
}

/** A point, for people. */
export function nameOf({ call, nth, when, event, stage }: BreakPoint): string {
  return call === undefined ? [event, stage].join(' ').trim() : `${when} ${call} number ${nth}`
}
