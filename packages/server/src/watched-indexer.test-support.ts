/** An indexer of core as a `StatusSource`: what it says of repositories has other names. */
import type { Indexer } from '@cairn/core'
import type { StatusSource } from '@cairn/protocol'

export function statusSource(indexer: Indexer): StatusSource {
  return {
    status: (taskId) => indexer.status(taskId),
    tasks: (filter) => indexer.tasks(filter),
    totals: (selection) => indexer.totals(selection),
    logs: (taskId, filter) => indexer.logs(taskId, filter),
    metrics: (selection) => indexer.metrics(selection),
    async repositories() {
      const repositories = await indexer.repositories()
      return repositories.map(({ filesByLanguage, ...repository }) => ({
        ...repository,
        languages: { ...filesByLanguage },
        sizeBytes: null,
      }))
    },
    async search(query, options) {
      const { hits, freshness } = await indexer.search(query, options)
      return { hits: [...hits], freshness: [...freshness] }
    },
    watch: (listener, options) => indexer.watch(listener, options),
  }
}
