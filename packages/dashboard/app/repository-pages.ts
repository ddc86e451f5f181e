import type { StatusClient } from '@cairn/client'
import type { RepositoryInfo } from '@cairn/protocol'

/** Every indexed repository, over all pages. */
export async function allRepositories(
  client: StatusClient,
  signal: AbortSignal,
): Promise<readonly RepositoryInfo[]> {
  const found: RepositoryInfo[] = []
  let hasNext = true
  while (hasNext) {
    const page = await client.repositories({ offset: found.length, limit: 1_000 }, { signal })
    found.push(...page.repositories)
    hasNext = page.pageInfo.hasNext && page.repositories.length > 0
  }
  return found
}
