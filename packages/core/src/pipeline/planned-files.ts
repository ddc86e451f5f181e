import type { PlannedFile } from '../contracts/journal.ts'
import { pages } from '../pages.ts'
import type { RunContext } from './run-context.ts'

/** A file that the plan of a run has to be indexed. */
export type FileToIndex = Extract<PlannedFile, { action: 'index' }>

/** The files that a run is to index, by path, so many at a time. */
export function filesToIndex(
  { storage, runId }: Pick<RunContext, 'storage' | 'runId'>,
  pageSize: number,
): AsyncIterable<readonly FileToIndex[]> {
  return pages(
    pageSize,
    ({ path }) => path,
    (range) => storage.journal.plans.toIndex(runId, range),
  )
}
