/** An indexer of core in the form of a `StatusSource`, until core has `watch` and `totals` itself. */
import type { Indexer } from '@cairn/core'
import {
  isTerminal,
  type StatusDocument,
  type StatusSource,
  type TaskSelection,
} from '@cairn/protocol'

export function statusSource(indexer: Indexer): StatusSource {
  const selected = async (selection: TaskSelection): Promise<StatusDocument[]> => {
    const found: StatusDocument[] = []
    let cursor: string | null = null
    do {
      const page = await indexer.tasks({
        ...(selection.status ? { status: selection.status } : {}),
        ...(cursor === null ? {} : { cursor }),
      })
      found.push(...page.tasks)
      cursor = page.nextCursor
    } while (cursor !== null)
    const names = selection.repository
    return found.filter(
      ({ repositoryName }) =>
        names === undefined ||
        (typeof names === 'string' ? names === repositoryName : names.includes(repositoryName)),
    )
  }
  return {
    status: (taskId) => indexer.status(taskId),
    async tasks({ repository, order, limit = 50, ...rest } = {}) {
      if (typeof repository !== 'object' && order !== 'ended') {
        return indexer.tasks({ ...rest, limit, ...(repository ? { repository } : {}) })
      }
      const tasks = await selected({ ...rest, ...(repository ? { repository } : {}) })
      return { tasks: tasks.slice(0, limit), total: tasks.length, nextCursor: null }
    },
    async totals(selection = {}) {
      const tasks = await selected(selection)
      const sum = (of: (status: StatusDocument) => number): number =>
        tasks.reduce((total, status) => total + of(status), 0)
      const byStatus: Partial<Record<StatusDocument['status'], number>> = {}
      for (const { status } of tasks) byStatus[status] = (byStatus[status] ?? 0) + 1
      const completed = tasks.filter(({ status }) => status === 'completed').length || 1
      return {
        byStatus,
        processedFiles: sum(({ processedFiles }) => processedFiles),
        generatedChunks: sum(({ generatedChunks }) => generatedChunks),
        totalProcessingTime: sum(({ status, processingTime }) =>
          isTerminal(status) ? processingTime : 0,
        ),
        averageFilesPerSecond: sum((each) => each.throughputFilesPerSecond) / completed,
        averageChunksPerSecond: sum((each) => each.throughputChunksPerSecond) / completed,
      }
    },
    logs: (taskId, filter) => indexer.logs(taskId, filter),
    metrics: () => indexer.metrics(),
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
    watch(listener) {
      const onEvent = (event: { taskId: string }): void => {
        void indexer.status(event.taskId).then(listener)
      }
      indexer.on('event', onEvent)
      return () => indexer.off('event', onEvent)
    },
  }
}
