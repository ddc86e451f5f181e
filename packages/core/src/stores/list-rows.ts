import type { OwnerCount } from '../contracts/graph-store.ts'
import type { VectorSpace } from '../contracts/vector-store.ts'
import { pages } from '../pages.ts'
import type { CheckContext } from './checked-file.ts'

const rowPage = 2_000

type ListContext = Pick<CheckContext, 'storage' | 'repository' | 'signal'>

/** Ids of the repository's vectors in a space, page by page. */
export function vectorIdPages(
  { storage, repository, signal }: ListContext,
  space: VectorSpace,
): AsyncIterable<readonly string[]> {
  return pages(
    rowPage,
    (id) => id,
    (range) => {
      signal.throwIfAborted()
      return storage.vectors.ids(space, { ...range, repository, signal })
    },
  )
}

/** Owners of the repository's rows in the graph and how much each has, page by page. */
export function graphOwnerPages({
  storage,
  repository,
  signal,
}: ListContext): AsyncIterable<readonly OwnerCount[]> {
  return pages(
    rowPage,
    ({ owner }) => owner,
    (range) => {
      signal.throwIfAborted()
      return storage.graph.owners({ ...range, repository, signal })
    },
  )
}
