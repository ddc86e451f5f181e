import type { Embedder, Storage } from '@cairn/core'

/** Told of every call of a store or an embedder before it begins, and then of its end. */
export interface CallWatch {
  /** `name` is for example `spool.write`; gives what is to be called when the call has succeeded. */
  begin(name: string, values: readonly unknown[]): () => void
}

/** The same storage, with a watch on each call. */
export function watchStorage(storage: Storage, watch: CallWatch): Storage {
  const { journal, vectors, graph } = storage
  return {
    journal: {
      ...watched(journal, 'journal', watch),
      tasks: watched(journal.tasks, 'tasks', watch),
      plans: watched(journal.plans, 'plans', watch),
      spool: watched(journal.spool, 'spool', watch),
      ledger: watched(journal.ledger, 'ledger', watch),
      cache: watched(journal.cache, 'cache', watch),
      text: watched(journal.text, 'text', watch),
    },
    vectors: watched(vectors, 'vectors', watch),
    graph: watched(graph, 'graph', watch),
  }
}

/** The same embedder, with a watch on each call. */
export function watchEmbedder(embedder: Embedder, watch: CallWatch): Embedder {
  return watched(embedder, 'embedder', watch)
}

function watched<T extends object>(target: T, name: string, watch: CallWatch): T {
  const members = Object.entries(target).map(([key, member]) => {
    if (typeof member !== 'function') return [key, member]
    const call = `${name}.${key}`
    return [
      key,
      async (...values: unknown[]) => {
        const end = watch.begin(call, values)
        const result: unknown = await member.apply(target, values)
        end()
        return result
      },
    ]
  })
  return Object.assign(Object.create(null), Object.fromEntries(members))
}
