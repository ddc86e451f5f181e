import { parseChunkId } from '../content-ids.ts'
import type { OwnerCount } from '../contracts/graph-store.ts'
import type { VectorSpace, VersionRows } from '../contracts/vector-store.ts'
import { pages } from '../pages.ts'
import type { CheckContext } from './checked-file.ts'

const rowPage = 2_000

type ListContext = Pick<CheckContext, 'storage' | 'repository' | 'signal'>

/** Ids of the repository's vectors in a space, page by page. */
export function vectorIdPages(
  context: ListContext,
  space: VectorSpace,
): AsyncIterable<readonly string[]> {
  return pages(
    rowPage,
    (id) => id,
    (range) => context.storage.vectors.ids(space, { ...range, ...listing(context) }),
  )
}

/**
 * The rows that the vector store has of each file version, in ascending order, by the store's own sums where it has
 * them.
 */
export async function* versionRows(
  context: ListContext,
  space: VectorSpace,
): AsyncGenerator<VersionRows> {
  const { vectors } = context.storage
  const versions = vectors.versions?.bind(vectors)
  if (versions) {
    const listed = pages<VersionRows>(
      rowPage,
      ({ version }) => version,
      (range) => versions(space, { ...range, ...listing(context) }),
    )
    for await (const page of listed) yield* page
    return
  }
  // The ids of a version stand side by side, as they begin with it.
  let sum: VersionRows | null = null
  for await (const ids of vectorIdPages(context, space)) {
    for (const id of ids) {
      const chunk = parseChunkId(id)
      const version = chunk?.version ?? id
      if (sum === null || sum.version !== version) {
        if (sum !== null) yield sum
        sum = { version, rows: 0, lastOrdinal: -1 }
      }
      sum = withRow(sum, chunk?.ordinal ?? null)
    }
  }
  if (sum !== null) yield sum
}

function withRow({ version, rows, lastOrdinal }: VersionRows, ordinal: number | null): VersionRows {
  const isChunk = ordinal !== null && lastOrdinal !== null
  return { version, rows: rows + 1, lastOrdinal: isChunk ? Math.max(lastOrdinal, ordinal) : null }
}

function listing({ repository, signal }: ListContext): Pick<ListContext, 'repository' | 'signal'> {
  signal.throwIfAborted()
  return { repository, signal }
}

/** Owners of the repository's rows in the graph and how much each has, page by page. */
export function graphOwnerPages(context: ListContext): AsyncIterable<readonly OwnerCount[]> {
  return pages(
    rowPage,
    ({ owner }) => owner,
    (range) => context.storage.graph.owners({ ...range, ...listing(context) }),
  )
}
