import { z } from 'zod'
import { aboutRepositoryShape } from './about-repository.ts'
import { countSchema, countsByNameSchema } from './scalars.ts'
import { sourceDescriptionSchema } from './source-description.ts'
import { taskStatusSchema } from './stage-schemas.ts'

/** An indexed repository as it was last committed. */
export const repositoryInfoSchema = z.object({
  name: z.string(),
  source: sourceDescriptionSchema,
  ref: z.string().nullable(),
  commit: z.string().nullable(),
  files: countSchema,
  chunks: countSchema,
  symbols: countSchema,
  edges: countSchema,
  /** Files by language. */
  languages: countsByNameSchema,
  embedder: z.object({
    id: z.string(),
    fingerprint: z.string(),
    dimensions: countSchema,
  }),
  indexedAt: z.date(),
  /** Bytes of the indexed files. */
  sizeBytes: countSchema.nullable(),
  ...aboutRepositoryShape,
})
/** An indexed repository as it was last committed. */
export type RepositoryInfo = z.infer<typeof repositoryInfoSchema>

/** Answer of `GET /repositories`. */
export const repositoryListSchema = z.object({
  repositories: z.array(repositoryInfoSchema),
  totalRepositories: countSchema,
  pageInfo: z.object({ offset: countSchema, limit: countSchema, hasNext: z.boolean() }),
})
/** Answer of `GET /repositories`. */
export type RepositoryList = z.infer<typeof repositoryListSchema>

/** Answer of `GET /repositories/{name}`. */
export const repositoryDetailsSchema = z.object({
  repositoryInfo: repositoryInfoSchema,
  healthMetrics: z.object({
    /** Whether a run of the repository is under way. */
    isIndexing: z.boolean(),
    /** The repository's newest task; null where the journal has none. */
    lastTaskId: z.string().nullable(),
    lastStatus: taskStatusSchema.nullable(),
    failedFiles: countSchema,
    errorsCount: countSchema,
    warningsCount: countSchema,
  }),
  lastUpdated: z.date(),
})
/** Answer of `GET /repositories/{name}`. */
export type RepositoryDetails = z.infer<typeof repositoryDetailsSchema>

/** What `POST /filter` narrows by; an absent member does not narrow. */
export const repositoryFilterSchema = z.object({
  /** Globs over names. */
  namePatterns: z.array(z.string()).nullish(),
  domains: z.array(z.string()).nullish(),
  teams: z.array(z.string()).nullish(),
  priorities: z.array(z.string()).nullish(),
  languages: z.array(z.string()).nullish(),
  isGoldenRepo: z.boolean().nullish(),
  excludeNames: z.array(z.string()).nullish(),
})
/** What `POST /filter` narrows by; an absent member does not narrow. */
export type RepositoryFilter = z.infer<typeof repositoryFilterSchema>

/** Answer of `POST /filter`. */
export const repositoryMatchesSchema = z.object({
  repositories: z.array(repositoryInfoSchema),
  totalRepositories: countSchema,
})
/** Answer of `POST /filter`. */
export type RepositoryMatches = z.infer<typeof repositoryMatchesSchema>

/** One row of a store that differs from the ledger. */
export const differenceSchema = z.object({
  store: z.enum(['vectors', 'graph', 'text', 'ledger', 'cache']),
  id: z.string(),
  path: z.string().nullable(),
})

/** One row of a store that is not what the ledger says. */
export type StoreDifference = z.infer<typeof differenceSchema>

/** What comparing every store with the ledger found. */
export const reconcileReportSchema = z.object({
  repository: z.string(),
  checkedFiles: countSchema,
  checkedChunks: countSchema,
  /** In the ledger, not in the store. */
  missing: z.array(differenceSchema),
  /** In the store, not in the ledger. */
  orphan: z.array(differenceSchema),
  /** In both, and not the same. */
  altered: z.array(differenceSchema),
  repaired: countSchema,
  /** Whether nothing differs any more. */
  ok: z.boolean(),
})
/** What comparing every store with the ledger found. */
export type ReconcileReport = z.infer<typeof reconcileReportSchema>

/** What removing a repository removed from each store. */
export const removalReportSchema = z.object({
  repository: z.string(),
  removed: z.object({
    vectors: countSchema,
    chunks: countSchema,
    nodes: countSchema,
    edges: countSchema,
    files: countSchema,
  }),
})
/** What removing a repository removed from each store. */
export type RemovalReport = z.infer<typeof removalReportSchema>
