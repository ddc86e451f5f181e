import type { Storage } from '@cairn/core'

/** Every row of an index by what it is of: a vector, or text that is equal where the row is. */
export type NetworkContent = ReadonlyMap<string, Float32Array | string>

const limit = 100_000
// Stores and providers that carry numbers as text may round them.
const sameValue = 1e-5

/** What the ledger and the stores hold of a repository; empty where it is not indexed. */
export async function networkContent(
  { journal, vectors, graph }: Storage,
  repository: string,
): Promise<NetworkContent> {
  const rows = new Map<string, Float32Array | string>()
  const indexed = await journal.ledger.repository(repository)
  if (!indexed) return rows
  for (const file of await journal.ledger.files(repository, { limit })) {
    rows.set(`file ${file.path}`, JSON.stringify(Object.entries(file).sort()))
  }
  const { fingerprint, dimensions } = indexed.embedder
  const space = { fingerprint, dimensions }
  const ids = await vectors.ids(space, { repository, limit })
  const held = await vectors.get(space, ids)
  for (const [index, id] of ids.entries()) rows.set(`vector ${id}`, held[index] ?? 'none')
  for (const { owner, nodes, edges } of await graph.owners({ repository, limit })) {
    rows.set(`graph ${owner}`, `${nodes} nodes, ${edges} edges`)
  }
  for (const edge of await graph.danglingEdges({ repository, limit })) {
    rows.set(`dangling ${JSON.stringify(Object.entries(edge).sort())}`, '')
  }
  return rows
}

/** Rows that are missing, too many or other than expected. */
export function differencesOf(expected: NetworkContent, found: NetworkContent): string[] {
  const wrong = [...expected].flatMap(([name, row]) => {
    const other = found.get(name)
    return other !== undefined && isSame(row, other) ? [] : [name]
  })
  return [...wrong, ...[...found.keys()].filter((name) => !expected.has(name))]
}

function isSame(one: Float32Array | string, other: Float32Array | string): boolean {
  if (typeof one === 'string' || typeof other === 'string') return one === other
  return (
    one.length === other.length &&
    one.every((value, index) => Math.abs(value - (other[index] ?? Number.NaN)) <= sameValue)
  )
}
