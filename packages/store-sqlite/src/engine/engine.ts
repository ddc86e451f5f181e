import type { Journal, Spool } from '@cairn/core'
import type { EngineOptions } from '../options.ts'
import { createEventWriter, type EventWriter } from './append-events.ts'
import type { Database } from './database.ts'
import { type CachePart, createEmbeddingCache } from './embedding-cache.ts'
import { createGraph } from './graph.ts'
import { createInspectJournal, type InspectJournal } from './inspect-journal.ts'
import { createLedger } from './ledger.ts'
import { createMaintenance, type Maintenance } from './maintenance.ts'
import { createMetrics } from './metrics.ts'
import { createMissingTexts } from './missing-texts.ts'
import { createNames } from './names.ts'
import { createPlans } from './plans.ts'
import type { SpacesInUse } from './spare-vectors.ts'
import { createSpool } from './spool.ts'
import type { Sync } from './sync.ts'
import { createTasks, type TaskPart } from './tasks.ts'
import { createTextIndex } from './text-index.ts'
import { createVectors, type VectorPart } from './vectors.ts'

type GraphPart = ReturnType<typeof createGraph>
type LedgerPart = ReturnType<typeof createLedger>

/** All contracts over one connection, without threads: what the threads run. */
export interface Engine {
  readonly tasks: Omit<Sync<Journal['tasks']>, 'append' | 'logs' | 'prune'> &
    Pick<TaskPart, 'logs'> &
    EventWriter
  readonly maintenance: Maintenance
  readonly plans: Sync<Journal['plans']>
  readonly spool: Pick<Sync<Spool>, 'missingTexts'> & ReturnType<typeof createSpool>
  readonly ledger: LedgerPart
  readonly cache: CachePart
  readonly text: Sync<Journal['text']>
  readonly journal: { readonly inspect: InspectJournal }
  readonly vectors: VectorPart
  readonly graph: GraphPart
}

/** The engine over an open database of the newest schema. */
export function createEngine(
  database: Database,
  { cacheBytes }: Pick<EngineOptions, 'cacheBytes'>,
): Engine {
  const names = createNames(database, 'names')
  const repositories = createNames(database, 'repositories')
  const spacesInUse: SpacesInUse = new Map()
  const { record, ...tasks } = createTasks(database)
  return {
    tasks: {
      ...tasks,
      ...createEventWriter(database, repositories, spacesInUse),
      ...createMetrics(database, repositories),
    },
    maintenance: createMaintenance(database),
    plans: { ...createPlans(database, names, repositories, spacesInUse), record },
    spool: { ...createSpool(database, names, repositories), ...createMissingTexts(database) },
    ledger: createLedger(database, names, repositories),
    cache: createEmbeddingCache(database, names, spacesInUse),
    text: createTextIndex(database),
    journal: { inspect: createInspectJournal(database, repositories) },
    vectors: createVectors(database, names, repositories, Math.floor(cacheBytes / 2)),
    graph: createGraph(database, repositories),
  }
}
