import type { Storage } from '../contracts/storage.ts'
import type { Retry } from '../retry.ts'

/** The same stores, each call of which is tried again while its store is away. */
export function waitingStorage({ journal, vectors, graph }: Storage, retry: Retry): Storage {
  return {
    journal,
    vectors: waiting(vectors, `the vector store ${vectors.id}`, retry),
    graph: waiting(graph, `the graph store ${graph.id}`, retry),
  }
}

/** `store` with every method as `retry` calls it; an object of a class keeps its `this`. */
function waiting<Store extends object>(store: Store, what: string, retry: Retry): Store {
  // Not before the store itself: what is frozen could give nothing else.
  return new Proxy({} as Store, {
    get(_, name) {
      const member: unknown = Reflect.get(store, name)
      if (typeof member !== 'function') return member
      return (...args: unknown[]) => retry(what, async () => Reflect.apply(member, store, args))
    },
  })
}
