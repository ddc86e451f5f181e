import type {
  EmbeddingMetrics,
  FileOutcome,
  IndexEvent,
  IndexingError,
  LogEntry,
  LogLevel,
  NewIndexEvent,
  PageRequest,
  RepositoryAbout,
  SkipReason,
  SourceDescription,
  SourceSelection,
  Stage,
  StageMetrics,
  StatusDocument,
  TaskSelection,
  TaskTotals,
} from '@cairn/protocol'
import type { Chunk, EncodedFile, ParsedFile, SymbolKind } from './parsed-file.ts'
import type {
  ChunkFilter,
  InspectOptions,
  OptimizeOptions,
  StoreCallOptions,
  StoredDifference,
  VectorSpace,
} from './vector-store.ts'

/**
 * The journal is cairn's memory: what was asked and what happened (tasks, events), what was parsed
 * (the spool), what counts (the ledger), what was embedded (the cache), and the text of it all.
 * Every method is asynchronous and takes and gives plain data, so that a journal may live in a
 * worker thread or on a server. All methods reject with a `StoreError`.
 */
export interface Journal {
  /** Name for people and reports, for example `sqlite`. */
  readonly id: string
  readonly tasks: TaskLog
  readonly plans: PlanLog
  readonly spool: Spool
  readonly ledger: Ledger
  readonly cache: EmbeddingCache
  readonly text: TextIndex
  /**
   * Makes this process the one writer. Calling it again is cheap. Everything that writes needs it.
   * Tasks that another, dead process left unfinished end here as `run.failed` with `RUN_INTERRUPTED`;
   * paused ones stay paused.
   * @throws StoreError `STORE_LOCKED`, naming the holder, when another live process writes.
   */
  acquireWriter(options?: StoreCallOptions): Promise<void>
  /**
   * Ends what a dead process left unfinished, as {@link acquireWriter} does, where no process writes at the
   * moment; does nothing where one does, or where this journal may only read. A journal without it shows such
   * tasks as under way until the next writer comes.
   * @throws StoreError where neither can be told
   */
  endAbandoned?(): Promise<void>
  /** Bytes on disk. */
  sizeBytes(): Promise<number>
  /**
   * Only where the journal knows how much room it has: bytes that it may still grow by; null where it
   * cannot tell at the moment.
   */
  freeBytes?(): Promise<number | null>
  /**
   * Only where others may write to the same place: finds what is not as this journal wrote it, of the
   * ledger, the spool and the words of a repository and of the cached vectors of its texts. Repairing
   * takes cached vectors away and makes words again. Of ledger and spool it marks the files: they stay as
   * they are, {@link LedgerFile.isAltered} tells them, {@link Spool.has} no longer does, and the next run
   * that has their source makes them anew.
   */
  inspect?(space: VectorSpace, options: InspectOptions): Promise<JournalDifference[]>
  /** As {@link VectorStore.optimize}; one call looks after every store in the same place. */
  optimize?(options: OptimizeOptions): Promise<void>
  /** Lets go of connections and files. */
  close(): Promise<void>
}

/** A row of the journal that is not as it was written, and what it is part of. */
export interface JournalDifference extends StoredDifference {
  readonly store: 'ledger' | 'text' | 'cache'
}

/** What {@link TaskLog.tasks} narrows by; a page has 50 tasks where no limit is given. */
export interface TaskFilter extends TaskSelection, PageRequest {
  /**
   * Newest first: by when they were queued, or by when they ended, which leaves out those that have not.
   * @default 'queued'
   */
  readonly order?: 'queued' | 'ended'
}

/** What {@link TaskLog.prune} keeps; a task that is past any of them goes. */
export interface TaskLimits {
  /** Tasks that ended before this moment are past it. @default none */
  readonly endedBefore?: Date
  /** Ended tasks of one repository, those that ended last. @default any number */
  readonly perRepository?: number
  /** Bytes that the events of ended tasks take, as the journal counts them, of those that ended last. @default any number */
  readonly bytes?: number
  /** Most tasks that one call drops, those that ended first. @default all */
  readonly limit?: number
}

/** What {@link TaskLog.logs} narrows by. */
export interface LogFilter {
  /** Minimum level. @default 'DEBUG' */
  readonly level?: LogLevel
  readonly stage?: Stage
  /** Path of a file. */
  readonly file?: string
  /** Text that the message contains, whatever its case. */
  readonly query?: string
  readonly since?: Date
  readonly until?: Date
  /** @default 100 */
  readonly limit?: number
  readonly cursor?: string
}

/** The event log and what is folded from it. */
export interface TaskLog {
  /**
   * Stores events in their order, each with the next `seq` of its task, `run.queued` with the log's
   * epoch, and the status folded from them, in one transaction. The first event of a task is `run.queued`; another one rejects, and then
   * nothing of the call is stored.
   */
  append(events: readonly NewIndexEvent[]): Promise<IndexEvent[]>
  /** Events of a task in the order of `seq`, those after `after`. */
  events(
    taskId: string,
    options: { readonly after?: number; readonly limit: number },
  ): Promise<IndexEvent[]>
  /**
   * The events of every task in the order they were stored, those after `after`: the `cursor` of an
   * answer before. Without it there are none, and the cursor is that of the last event. `besides` are
   * tasks whose events are left out. A log that another took the place of starts again from its first
   * event. A look that finds nothing costs next to nothing.
   */
  changes(options: {
    readonly after?: string
    readonly besides?: readonly string[]
    readonly limit: number
  }): Promise<{ events: IndexEvent[]; cursor: string; hasMore: boolean }>
  /** The status folded from the task's events; null for an unknown task. */
  status(taskId: string): Promise<StatusDocument | null>
  /** A page of tasks; `total` counts all that the filter lets through. */
  tasks(
    filter: TaskFilter,
  ): Promise<{ tasks: StatusDocument[]; total: number; nextCursor: string | null }>
  /** Sums over the tasks that are meant. */
  totals(selection: TaskSelection): Promise<TaskTotals>
  /**
   * Oldest first; entries are derived by `logEntry` of the protocol from an event and the stage that
   * the task was in.
   */
  logs(
    taskId: string,
    filter: LogFilter,
  ): Promise<{ logs: LogEntry[]; total: number; nextCursor: string | null }>
  /** Over every run in the journal, or over those of some repositories. */
  metrics(
    selection: Pick<TaskSelection, 'repository'>,
  ): Promise<{ stages: StageMetrics; embedding: EmbeddingMetrics }>
  /**
   * Drops ended tasks that are past a limit, whole: with their events, figures and plans; gives how many.
   * What was last recorded of a file that the ledger has stays ({@link PlanLog.record}), and so do, of each
   * repository in the ledger, its newest task and the one that it was committed by.
   */
  prune(limits: TaskLimits): Promise<number>
  /** Median seconds of an item by stage over the last runs of a repository (or of any), for an ETA. */
  secondsPerItem(repository: string): Promise<Partial<Record<Stage, number>>>
}

/** What is to be done with one file in a run. */
export type PlannedFile = {
  readonly path: string
  readonly language: string | null
  readonly sizeBytes: number | null
} & (
  | { readonly action: 'index'; readonly contentHash: string; readonly version: string }
  | { readonly action: 'unchanged'; readonly contentHash: string; readonly version: string }
  | { readonly action: 'skip'; readonly reason: SkipReason; readonly detail: string | null }
  | { readonly action: 'delete' }
)

/** What became of a file in the last run that met it. */
export interface FileRecord {
  readonly path: string
  readonly outcome: FileOutcome
  readonly reason: SkipReason | null
  readonly detail: string | null
  readonly language: string | null
  readonly sizeBytes: number | null
  readonly error: IndexingError | null
  readonly taskId: string
  readonly runId: string
  readonly at: Date
}

/** The plan of the run in progress of each repository, file by file, and those that may be gone on with. */
export interface PlanLog {
  /**
   * Starts a plan; what earlier ones refer to stays until it is whole. `fingerprint` is of the embedder whose
   * vectors the run uses: until the run ends, none of them is spare.
   */
  begin(run: {
    readonly repository: string
    readonly runId: string
    readonly fingerprint?: string
  }): Promise<void>
  /** Adds files to a plan; of a path that comes again the last counts. */
  add(runId: string, files: readonly PlannedFile[]): Promise<void>
  /**
   * Says that a plan is whole: drops the earlier ones of its repository, but for those of other tasks that
   * have not ended.
   */
  complete(runId: string): Promise<void>
  /** Files of a plan with `action: 'index'`, by path, those after `after`. */
  toIndex(
    runId: string,
    options: { readonly after?: string; readonly limit: number },
  ): Promise<Extract<PlannedFile, { action: 'index' }>[]>
  /**
   * The last record of a path, from the `file.settled` events of the repository; null if no run met it, or it
   * is not in the ledger and the task that recorded it was dropped.
   */
  record(repository: string, path: string): Promise<FileRecord | null>
}

/** A chunk without its text. */
export interface SpooledChunk {
  readonly ordinal: number
  readonly textHash: string
  readonly symbolKind: SymbolKind | null
}

/**
 * What other files resolve against, of a spooled file version. The bytes are for whoever asked, who may
 * transfer their buffers to another thread, where alone they are read: what they become is larger than
 * they are by far, and a repository has gigabytes of it.
 */
export interface SpooledSurface {
  readonly version: string
  readonly path: string
  readonly language: string
  /**
   * What `encodeSurface` of `@cairn/core/encoded-file` made of the parsed file. Its buffer is given away, to
   * a thread: it must hold nothing that the journal still needs, and be none of Node's pool.
   */
  readonly surface: Uint8Array<ArrayBuffer>
}

/** What is spooled of a file version, as the storing stage needs it. */
export interface SpooledFile extends SpooledSurface {
  /** What `encodeReferences` of `@cairn/core/encoded-file` made of the parsed file's references; given away too. */
  readonly uses: Uint8Array<ArrayBuffer>
  readonly chunkCount: number
  readonly syntaxErrors: number
}

/** What was parsed, by file version; it stays as long as the ledger or a plan refers to it. */
export interface Spool {
  /** Which of these versions are there, whole. */
  has(versions: readonly string[]): Promise<Set<string>>
  /**
   * Writes whole versions, each in full or not at all; a version that is there already is left. The
   * chunks can be found by their words as soon as the ledger has the version. The bytes of encoded files are the
   * caller's, who takes them back once this has resolved.
   */
  write(
    repository: string,
    files: readonly {
      readonly version: string
      readonly path: string
      readonly parsed: ParsedFile | EncodedFile
    }[],
  ): Promise<void>
  /** Whole files without their chunks, in the order asked; missing ones are left out. */
  files(versions: readonly string[]): Promise<SpooledFile[]>
  /** The chunks of each version by ordinal, in the order asked; missing versions are left out. */
  chunks(
    versions: readonly string[],
  ): Promise<{ readonly version: string; readonly chunks: readonly SpooledChunk[] }[]>
  /** Only what other files resolve against: cheaper than {@link files}. */
  surfaces(versions: readonly string[]): Promise<SpooledSurface[]>
  /** Of the chunks of a plan's files to index: all, distinct texts, and texts that the cache has. */
  totals(
    runId: string,
    fingerprint: string,
  ): Promise<{ chunks: number; texts: number; cachedChunks: number; cachedTexts: number }>
  /**
   * Distinct texts of a plan's files to index that the cache lacks, shortest first, each once with
   * how many chunks have it and the path of one. `after` is the `cursor` of the last one seen.
   */
  missingTexts(
    runId: string,
    fingerprint: string,
    options: { readonly after?: string; readonly limit: number },
  ): Promise<MissingText[]>
  /** Deletes versions that neither the ledger nor a plan refers to, of one repository or of all; returns how many. */
  sweep(repository?: string): Promise<number>
}

/** A text to embed. */
export interface MissingText {
  readonly textHash: string
  /** `context + '\n' + text`, or the text alone where it has no context. */
  readonly input: string
  readonly chunks: number
  readonly path: string
  readonly cursor: string
}

/** One indexed file. */
export interface LedgerFile {
  readonly path: string
  readonly language: string
  readonly sizeBytes: number
  readonly contentHash: string
  /** Id of the file version; chunk ids are `<version>:<ordinal>`. */
  readonly version: string
  /** Id of the edge set that holds this file's resolved edges. */
  readonly edgeSet: string
  /** Chunks that were made; those of `failedChunks` have no vector. */
  readonly chunkCount: number
  readonly failedChunks: readonly number[]
  readonly nodeCount: number
  readonly symbolCount: number
  /** Nodes and edges that the edge set put into the graph. */
  readonly edgeSetNodes: number
  readonly edgeSetEdges: number
  readonly syntaxErrors: number
  /** Set by the journal, on what it gives: the row or what is spooled of it is not as it was written. */
  readonly isAltered?: true
}

/** A repository as it was last committed. */
export interface LedgerRepository {
  readonly name: string
  readonly source: SourceDescription
  /** What the source was narrowed to; absent where it was indexed before that was kept. */
  readonly selection?: SourceSelection
  /** What the host said about it. @default nothing */
  readonly about?: RepositoryAbout
  readonly ref: string | null
  readonly commit: string | null
  /** Fingerprint of everything that decides what parsing makes of bytes. */
  readonly parserFingerprint: string
  readonly embedder: {
    readonly id: string
    readonly fingerprint: string
    readonly dimensions: number
  }
  readonly indexedAt: Date
  readonly taskId: string
}

/** A repository with its sums. */
export interface LedgerSummary extends LedgerRepository {
  readonly files: number
  readonly chunks: number
  readonly symbols: number
  readonly edges: number
  /** Files by language. */
  readonly languages: Readonly<Record<string, number>>
  /** Bytes of the indexed files. */
  readonly sizeBytes: number
}

/** Rows of the stores that no longer count. */
export interface Garbage {
  /**
   * File versions with the number of their chunks and the spaces they may be in. After a change of
   * embedder a version that is live is garbage in the space of the former.
   */
  readonly versions: readonly {
    readonly version: string
    readonly chunkCount: number
    readonly spaces: readonly { fingerprint: string; dimensions: number }[]
  }[]
  readonly edgeSets: readonly string[]
}

/** What counts: the commit point of every run. */
export interface Ledger {
  /** Every indexed repository, by name. */
  repositories(): Promise<LedgerSummary[]>
  /** One repository; null where it is not indexed. */
  repository(name: string): Promise<LedgerSummary | null>
  /** The live state of a file; null where it has none. */
  file(repository: string, path: string): Promise<LedgerFile | null>
  /** By path, those after `after`. */
  files(
    repository: string,
    options: { readonly after?: string; readonly limit: number },
  ): Promise<LedgerFile[]>
  /** Puts a file of the coming state aside, to become live with {@link commit}. */
  stage(runId: string, files: readonly LedgerFile[]): Promise<void>
  /**
   * In one transaction: staged files become live in place of those of the same path, files that the
   * plan deletes or skips go, and what went is remembered as garbage.
   */
  commit(runId: string, repository: LedgerRepository): Promise<void>
  /** Of these versions and edge sets, those that are live. */
  live(owners: readonly string[]): Promise<Set<string>>
  /** A page of garbage of a repository; empty at the end. */
  garbage(repository: string, limit: number): Promise<Garbage>
  /** Forgets garbage that the stores no longer have. */
  collected(repository: string, garbage: Garbage): Promise<void>
  /** Forgets a repository: ledger, spool, plans, text. Its tasks and events stay. */
  remove(repository: string): Promise<{ files: number; chunks: number }>
}

/** Vectors by text, over all repositories. */
export interface EmbeddingCache {
  /** In the order asked; null where there is none, or none that is as it was put. */
  get(fingerprint: string, textHashes: readonly string[]): Promise<(Float32Array | null)[]>
  /** Adds vectors; one that is there already is left. */
  put(
    fingerprint: string,
    entries: readonly { readonly textHash: string; readonly vector: Float32Array }[],
  ): Promise<void>
  /**
   * Drops spare vectors, those of texts that no spooled file has, until they take at most so many bytes;
   * gives how many. Those of embedders that are no longer used go first, then those whose text went out
   * of the spool first. One that a vector store in the same database refers to is never spare, and none is of
   * the embedder of a run that has not ended ({@link PlanLog.begin}).
   */
  prune(spare: SpareVectors): Promise<number>
}

/** What {@link EmbeddingCache.prune} keeps. */
export interface SpareVectors {
  /** Bytes that spare vectors may take. */
  readonly maxBytes: number
  /** The embedder in use; vectors of one that neither it nor a repository of the ledger has are all spare. */
  readonly fingerprint: string
}

/** A live chunk with everything a hit shows. */
export interface StoredChunk
  extends Pick<
    Chunk,
    | 'startLine'
    | 'endLine'
    | 'text'
    | 'context'
    | 'symbolPath'
    | 'symbolKind'
    | 'ordinal'
    | 'textHash'
  > {
  readonly id: string
  readonly repository: string
  readonly version: string
  readonly path: string
  readonly language: string
}

/** Full text of chunks, and lexical search over it. */
export interface TextIndex {
  /** Makes chunks of these spooled versions findable again that {@link unindexed} told; what is findable stays so. */
  restore(versions: readonly string[]): Promise<void>
  /**
   * The best live chunks by BM25 over the words of {@link Chunk.terms}, best first; any word may
   * match. `terms` are the query's words.
   */
  search(
    terms: readonly string[],
    options: StoreCallOptions & { readonly limit: number; readonly filter?: ChunkFilter },
  ): Promise<{ id: string; score: number }[]>
  /** Live chunks of these ids in the order asked, null for those that are not live. */
  chunks(ids: readonly string[]): Promise<(StoredChunk | null)[]>
  /** Ids of live chunks that search cannot find, at most `limit`: for validation. */
  unindexed(repository: string, limit: number): Promise<string[]>
}
