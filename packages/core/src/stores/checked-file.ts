import { chunkId } from '../content-ids.ts'
import type { LedgerFile } from '../contracts/journal.ts'
import type { Storage } from '../contracts/storage.ts'
import type { VectorSpace } from '../contracts/vector-store.ts'

/** A row of a store that is not as the ledger says. */
export interface Difference {
  readonly kind: 'missing' | 'orphan' | 'altered'
  readonly store: 'vectors' | 'graph' | 'text' | 'ledger' | 'cache'
  /** Chunk id, file version, edge set, or what else the store calls it by. */
  readonly id: string
  /** The file it belongs to; null for an orphan. */
  readonly path: string | null
  /** Of an orphan among the vectors, where that is not the repository's space. */
  readonly space?: VectorSpace
}

/** How much is looked at: all of it, or every id and a sample of the rest, so that it costs little. */
export type CheckDepth = 'sample' | 'all'

/** Hands a result on, and tells that a step of the check is done. */
export type Step = <T>(result: T) => T

/** What every part of a check reads. */
export interface CheckContext {
  readonly storage: Storage
  readonly repository: string
  readonly space: VectorSpace
  readonly signal: AbortSignal
}

/** What is compared of a file, and no more: one for each file is held while differences are named. */
export interface CheckedFile
  extends Pick<
    LedgerFile,
    | 'path'
    | 'language'
    | 'version'
    | 'edgeSet'
    | 'chunkCount'
    | 'failedChunks'
    | 'nodeCount'
    | 'edgeSetNodes'
    | 'edgeSetEdges'
  > {}

const none: readonly never[] = []

/** The part of a file of the ledger that is compared. */
export function checkedFile(file: LedgerFile): CheckedFile {
  const { path, language, version, edgeSet, chunkCount, nodeCount, edgeSetNodes, edgeSetEdges } =
    file
  const failedChunks = file.failedChunks.length > 0 ? file.failedChunks : none
  return {
    path,
    language,
    version,
    edgeSet,
    chunkCount,
    failedChunks,
    nodeCount,
    edgeSetNodes,
    edgeSetEdges,
  }
}

/** Ids of the chunks of a file that have a vector. */
export function expectedIds(file: CheckedFile): string[] {
  const ids: string[] = []
  for (let ordinal = 0; ordinal < file.chunkCount; ordinal++) {
    if (!file.failedChunks.includes(ordinal)) ids.push(chunkId(file.version, ordinal))
  }
  return ids
}
