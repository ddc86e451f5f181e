import {
  isTerminal,
  type RepositoryInfo,
  repositoryDetailsSchema,
  repositoryListSchema,
  repositoryMatchesSchema,
  taskStatuses,
} from '@cairn/protocol'
import type { AnswerContext } from './answer-context.ts'
import { jsonAnswer } from './json-answer.ts'
import { matchesRepository } from './match-repository.ts'
import { ProblemError } from './problem-error.ts'
import { shownRepository } from './shown-source.ts'
import type { WireAnswer } from './wire-request.ts'

/** Repositories of a page where the request says nothing. */
const defaultLimit = 50

const unendedStatuses = taskStatuses.filter((status) => !isTerminal(status))

/** `GET /repositories` */
export async function answerRepositoryList(
  context: AnswerContext<'repositoryList'>,
): Promise<WireAnswer> {
  const { offset = 0, limit = defaultLimit } = context.query
  const visible = await visibleRepositories(context)
  return jsonAnswer(repositoryListSchema, {
    repositories: visible.slice(offset, offset + limit),
    totalRepositories: visible.length,
    pageInfo: { offset, limit, hasNext: offset + limit < visible.length },
  })
}

/** `GET /repositories/{name}` */
export async function answerRepository(context: AnswerContext): Promise<WireAnswer> {
  const { source } = context
  const name = context.parameters.name ?? ''
  const repositoryInfo = (await visibleRepositories(context)).find((each) => each.name === name)
  if (!repositoryInfo) throw unknownRepository()
  const [newest, unended] = await Promise.all([
    source.tasks({ repository: name, limit: 1 }),
    source.tasks({ repository: name, status: unendedStatuses, limit: 1 }),
  ])
  const last = newest.tasks[0] ?? null
  return jsonAnswer(repositoryDetailsSchema, {
    repositoryInfo,
    healthMetrics: {
      isIndexing: unended.total > 0,
      lastTaskId: last?.taskId ?? null,
      lastStatus: last?.status ?? null,
      failedFiles: last?.files.failed ?? 0,
      errorsCount: last?.errorsCount ?? 0,
      warningsCount: last?.warningsCount ?? 0,
    },
    lastUpdated: repositoryInfo.indexedAt,
  })
}

/** `POST /filter` */
export async function answerFilter(context: AnswerContext<'filter'>): Promise<WireAnswer> {
  const filter = context.body
  const visible = await visibleRepositories(context)
  const repositories = visible.filter((repository) => matchesRepository(repository, filter))
  return jsonAnswer(repositoryMatchesSchema, {
    repositories,
    totalRepositories: repositories.length,
  })
}

/** Said alike of a repository that is not there and of one that may not be seen. */
export function unknownRepository(): ProblemError {
  return new ProblemError(404, 'No such repository is indexed.', { code: 'REPOSITORY_NOT_FOUND' })
}

async function visibleRepositories({ source, scope }: AnswerContext): Promise<RepositoryInfo[]> {
  return (await source.repositories()).filter(({ name }) => scope.has(name)).map(shownRepository)
}
