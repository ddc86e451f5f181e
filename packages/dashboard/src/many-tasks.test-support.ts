import type { NewIndexEvent } from '@cairn/protocol'
import type { ShownIndexer } from './shown-indexer.test-support.ts'

/** Puts so many queued tasks into the journal, of `repository-0`, `repository-1` and so on. */
export async function queueTasks({ storage }: ShownIndexer, count: number): Promise<void> {
  const { journal } = storage
  const events = Array.from(
    { length: count },
    (_, index): NewIndexEvent => ({
      type: 'run.queued',
      taskId: `task-${String(index).padStart(5, '0')}`,
      runId: `run-${index}`,
      at: new Date(1_700_000_000_000 + index * 1_000),
      repository: `repository-${index}`,
      source: { kind: 'local', path: `/code/${index}`, ref: null },
    }),
  )
  await journal.acquireWriter()
  for (let from = 0; from < events.length; from += 1_000) {
    await journal.tasks.append(events.slice(from, from + 1_000))
  }
}
