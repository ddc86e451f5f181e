import type { Storage } from '@cairn/core'

/** Everything that counts of a repository, by id: what two indexes of the same files have in common. */
export async function contentOf(storage: Storage, repository: string): Promise<unknown> {
  const limit = 100_000
  const { journal, vectors, graph } = storage
  const indexed = await journal.ledger.repository(repository)
  if (!indexed) return null
  const { fingerprint, dimensions } = indexed.embedder
  return {
    files: await journal.ledger.files(repository, { limit }),
    vectors: await vectors.ids({ fingerprint, dimensions }, { repository, limit }),
    owners: await graph.owners({ repository, limit }),
  }
}
