import type { Engine } from './engine.ts'

type Part = keyof Engine
/** A function of the engine by its full name, for example `spool.write`. */
export type MethodName = {
  [P in Part]: `${P}.${Extract<keyof Engine[P], string>}`
}[Part]

/**
 * How a function runs: `read` on a snapshot, by the reading thread; `write` in a transaction,
 * `record` too, with the room that is held back where there is no other,
 * `steps` in one for each step, `scratch` on a snapshot with temporary tables, `bare` in none, by the
 * writing thread; `scan`, which takes long, on a snapshot by the writing thread where there is one,
 * beside what is read.
 */
export type Mode = 'read' | 'write' | 'record' | 'steps' | 'scratch' | 'scan' | 'bare'

/** A function that another thread may call. */
export type CallableName = Exclude<MethodName, 'tasks.interrupt'>

/** How every function that another thread may call runs. */
export const methods: Readonly<Record<CallableName, Mode>> = {
  'tasks.append': 'record',
  'tasks.events': 'read',
  'tasks.status': 'read',
  'tasks.tasks': 'read',
  'tasks.changes': 'read',
  'tasks.totals': 'read',
  'tasks.logs': 'read',
  'tasks.metrics': 'read',
  'tasks.secondsPerItem': 'read',
  'tasks.prune': 'steps',
  'maintenance.mergeWords': 'steps',
  'maintenance.unusedBytes': 'read',
  'maintenance.refreshStatistics': 'bare',
  'maintenance.compact': 'bare',
  'plans.begin': 'write',
  'plans.add': 'write',
  'plans.complete': 'write',
  'plans.toIndex': 'read',
  'plans.record': 'read',
  'spool.has': 'read',
  'spool.write': 'write',
  'spool.files': 'read',
  'spool.chunks': 'read',
  'spool.surfaces': 'read',
  'spool.totals': 'read',
  'spool.missingTexts': 'scratch',
  'spool.sweep': 'steps',
  'ledger.repositories': 'read',
  'ledger.repository': 'read',
  'ledger.file': 'read',
  'ledger.files': 'read',
  'ledger.stage': 'write',
  'ledger.commit': 'write',
  'ledger.live': 'read',
  'ledger.garbage': 'read',
  'ledger.collected': 'write',
  'ledger.remove': 'steps',
  'cache.get': 'read',
  'cache.put': 'write',
  'cache.prune': 'steps',
  'text.restore': 'write',
  'text.search': 'read',
  'text.chunks': 'read',
  'text.unindexed': 'read',
  'journal.inspect': 'steps',
  'vectors.inspect': 'steps',
  'vectors.upsert': 'write',
  'vectors.upsertSpooled': 'write',
  'vectors.delete': 'write',
  'vectors.query': 'read',
  'vectors.get': 'read',
  'vectors.ids': 'read',
  'vectors.versions': 'read',
  'vectors.count': 'read',
  'vectors.spaces': 'read',
  'vectors.removeRepository': 'steps',
  'graph.upsert': 'write',
  'graph.deleteOwners': 'write',
  'graph.nodes': 'read',
  'graph.neighbours': 'read',
  'graph.owners': 'scan',
  'graph.edges': 'read',
  'graph.inspect': 'steps',
  'graph.danglingEdges': 'scan',
  'graph.removeRepository': 'steps',
}

type MethodOf<Name extends string> = Name extends `${infer P extends Part}.${infer Key}`
  ? Key extends keyof Engine[P]
    ? Engine[P][Key]
    : never
  : never

type Settled<Result> = Result extends Generator<unknown, infer Value> ? Value : Result

/** What a function takes and gives, as another thread sees it. */
export type CallableMethods = {
  readonly [Name in CallableName]: MethodOf<Name> extends (...values: infer Values) => infer Result
    ? (...values: Values) => Promise<Settled<Result>>
    : never
}
