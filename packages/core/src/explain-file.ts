import type { Explanation } from '@cairn/protocol'
import type { Journal } from './contracts/journal.ts'
import { NotFoundError } from './errors.ts'

/**
 * What became of a file of a repository, from the ledger and from the last run that met it.
 * @throws NotFoundError `REPOSITORY_NOT_FOUND` when no run ever met the repository
 */
export async function explainFile(
  journal: Journal,
  repository: string,
  path: string,
): Promise<Explanation> {
  const [file, record, known] = await Promise.all([
    journal.ledger.file(repository, path),
    journal.plans.record(repository, path),
    journal.ledger.repository(repository),
  ])
  if (!known && !record) {
    throw new NotFoundError('REPOSITORY_NOT_FOUND', `No repository "${repository}" is indexed.`)
  }
  const base = {
    repository,
    path,
    reason: record?.reason ?? null,
    detail: record?.detail ?? null,
    language: file?.language ?? record?.language ?? null,
    sizeBytes: file?.sizeBytes ?? record?.sizeBytes ?? null,
    contentHash: file?.contentHash ?? null,
    chunks: file?.chunkCount ?? 0,
    symbols: file?.symbolCount ?? 0,
    syntaxErrors: (file?.syntaxErrors ?? 0) > 0,
    error: record?.error ?? null,
    taskId: record?.taskId ?? null,
    at: record?.at ?? null,
  }
  // A file that failed may still be there in the version before: both are said.
  if (record?.outcome === 'failed') return { ...base, state: 'failed' }
  if (file) return { ...base, state: 'indexed' }
  switch (record?.outcome) {
    case 'skipped':
      return { ...base, state: 'skipped' }
    case 'deleted':
      return { ...base, state: 'deleted' }
    default:
      return { ...base, state: 'unknown' }
  }
}
