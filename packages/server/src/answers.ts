import type { AnswerContext, AnsweredRoute } from './answer-context.ts'
import {
  answerCancel,
  answerCleanup,
  answerIndexLocal,
  answerIndexMany,
  answerIndexRemote,
  answerOptimize,
  answerPause,
  answerRemove,
  answerResume,
  answerUpdate,
} from './control-answers.ts'
import { answerEmbeddingMetrics, answerStageMetrics, answerStatistics } from './overview-answers.ts'
import { answerFilter, answerRepository, answerRepositoryList } from './repository-answers.ts'
import { answerSearch } from './search-answer.ts'
import { answerTask, answerTaskEvents, answerTaskList, answerTaskLogs } from './task-answers.ts'
import type { WireAnswer } from './wire-request.ts'

/** Answers a request of a route that was let in and decoded. */
type AnswerRequest<Name extends AnsweredRoute> = (
  context: AnswerContext<Name>,
) => WireAnswer | Promise<WireAnswer>

/** What answers each route. */
const answers: { readonly [Name in AnsweredRoute]: AnswerRequest<Name> } = {
  taskList: answerTaskList,
  task: answerTask,
  taskLogs: answerTaskLogs,
  taskEvents: answerTaskEvents,
  stageMetrics: answerStageMetrics,
  embeddingMetrics: answerEmbeddingMetrics,
  repositoryList: answerRepositoryList,
  repository: answerRepository,
  statistics: answerStatistics,
  search: answerSearch,
  filter: answerFilter,
  openApi: answerOpenApi,
  indexRemote: answerIndexRemote,
  indexLocal: answerIndexLocal,
  indexMany: answerIndexMany,
  update: answerUpdate,
  cancel: answerCancel,
  pause: answerPause,
  resume: answerResume,
  remove: answerRemove,
  optimize: answerOptimize,
  cleanup: answerCleanup,
}

/** Answers a request by the route with this name, whose schemas have decoded the query and the body. */
export function answerRoute(
  name: AnsweredRoute,
  context: Omit<AnswerContext, 'query' | 'body'> & {
    readonly query: unknown
    readonly body: unknown
  },
): WireAnswer | Promise<WireAnswer> {
  // That the three belong together is known of each route, and not of all of them at once.
  const answer = answers[name] as AnswerRequest<AnsweredRoute>
  return answer(context as AnswerContext)
}

function answerOpenApi({ openApi }: AnswerContext): WireAnswer {
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(openApi()),
  }
}
