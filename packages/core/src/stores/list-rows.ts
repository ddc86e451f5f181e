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

/** The rows that the vector store has of each file version, by the store's own sums where it has them. */
export async function versionRows(
  context: ListContext,
  space: VectorSpace,
): Promise<ReadonlyMap<string, Omit<VersionRows, 'version'>>> {
  const { vectors } = context.storage
  const sums = new Map<string, Omit<VersionRows, 'version'>>()
  const add = (version: string, rows: number, ordinal: number | null): void => {
    const known = sums.get(version) ?? { rows: 0, lastOrdinal: -1 }
    const isChunk = ordinal !== null && known.lastOrdinal !== null
    const lastOrdinal = isChunk ? Math.max(known.lastOrdinal, ordinal) : null
    sums.set(version, { rows: known.rows + rows, lastOrdinal })
  }
  const versions = vectors.versions?.bind(vectors)
  if (versions) {
    const listed = pages<VersionRows>(
      rowPage,
      ({ version }) => version,
      (range) => versions(space, { ...range, ...listing(context) }),
    )
    for await (const page of listed) {
      for (const { version, rows, lastOrdinal } of page) add(version, rows, lastOrdinal)
    }
    return sums
  }
  for await (const ids of vectorIdPages(context, space)) {
    for (const id of ids) {
      const chunk = parseChunkId(id)
      add(chunk?.version ?? id, 1, chunk?.ordinal ?? null)
    }
  }
  return sums
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
