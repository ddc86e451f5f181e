import type { Collection } from 'chromadb'
import { idOrder, idOrderEnd } from './id-order.ts'
import { ofRepositoryBetween } from './row-metadata.ts'

/** Which ids of a repository. */
export interface IdRange {
  readonly repository: string
  readonly after?: string | undefined
}

// Ids that are held and sorted at a time.
const pageSize = 2_000
// The next range is made for less than a page: a page that overflows is read in vain.
const aim = 0.7
const fastestGrowth = 16

/**
 * The ids of a repository in ascending order. Chroma gives rows in the order they were written, so
 * ranges of {@link idOrder} are read that hold about a page each, and sorted. They are spread evenly:
 * how many one range had tells how wide the next has to be.
 */
export async function* listIds(
  records: Collection,
  { repository, after }: IdRange,
): AsyncGenerator<string[]> {
  const total = await records.count()
  let width = Math.ceil((idOrderEnd * pageSize * aim) / Math.max(total, 1))
  for (let from = after === undefined ? 0 : idOrder(after); from < idOrderEnd; ) {
    const to = Math.min(from + width, idOrderEnd)
    const where = ofRepositoryBetween(repository, from, to)
    const { ids } = await records.get({ where, limit: pageSize + 1, include: [] })
    if (ids.length > pageSize && width > 1) {
      width = Math.ceil(width / 4)
      continue
    }
    // The chunks of one huge file cannot be told apart by their order.
    for (let offset = ids.length; ids.length > pageSize && offset > 0; ) {
      const more = await records.get({ where, limit: pageSize, offset, include: [] })
      ids.push(...more.ids)
      offset = more.ids.length < pageSize ? 0 : offset + more.ids.length
    }
    const page = ids.filter((id) => after === undefined || id > after).sort()
    if (page.length > 0) yield page
    from = to
    const growth = Math.min(fastestGrowth, (pageSize * aim) / Math.max(ids.length, 1))
    width = Math.max(1, Math.ceil(width * growth))
  }
}
