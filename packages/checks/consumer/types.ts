// Compiled, not run: the types a program meets, with none of the settings of the workspace.

import type { StatusDocument } from '@cairn/protocol'
import { graphStoreCases } from '@cairn/testkit/cases'
import { createIndexer, type IndexResult, type SearchResult } from 'cairn'

export async function indexAndSearch(path: string): Promise<SearchResult> {
  const indexer = createIndexer()
  const run = indexer.index({ path, onProgress: (stage, percent) => `${stage} ${percent}` })
  run.on('stage.progressed', (event) => event.percent.toFixed(1))
  const result: IndexResult = await run.finished
  const status: StatusDocument | null = run.status()
  return indexer.search(`${result.repository} ${status?.status}`, { limit: 3 })
}

export const suite: string = graphStoreCases.name
