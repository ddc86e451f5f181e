import type { RepositoryFilter, RepositoryInfo } from '@cairn/protocol'
import { matchesWildcards } from './match-wildcards.ts'

/** Whether a repository is one of those that a filter means. */
export function matchesRepository(repository: RepositoryInfo, filter: RepositoryFilter): boolean {
  const { namePatterns, excludeNames, languages, domains, teams, priorities } = filter
  const { name } = repository
  const isGolden = filter.isGoldenRepo ?? null
  return (
    isAnyOf(namePatterns, (pattern) => matchesWildcards(name, pattern)) &&
    !excludeNames?.some((pattern) => matchesWildcards(name, pattern)) &&
    isAnyOf(domains, (domain) => domain === repository.businessDomain) &&
    isAnyOf(teams, (team) => team === repository.teamOwner) &&
    isAnyOf(priorities, (priority) => priority === repository.priority) &&
    (isGolden === null || isGolden === (repository.isGoldenRepo ?? false)) &&
    isAnyOf(languages, (language) => (repository.languages[language] ?? 0) > 0)
  )
}

/** Whether one of the wishes is met, or there is none. */
function isAnyOf<T>(wishes: readonly T[] | null | undefined, isMet: (wish: T) => boolean): boolean {
  return !wishes || wishes.length === 0 || wishes.some(isMet)
}
