import type { routes } from '@cairn/protocol'
import type { AnswerContext } from './answer-context.ts'
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

/** Answers a request that was let in and decoded. */
export type AnswerRequest = (context: AnswerContext) => WireAnswer | Promise<WireAnswer>

type Routes = typeof routes

/** Routes that are answered by HTTP. */
export type AnsweredRoute = {
  [Name in keyof Routes]: Routes[Name]['kind'] extends 'socket' ? never : Name
}[keyof Routes]

/** What answers each route. */
export const answers: Readonly<Record<AnsweredRoute, AnswerRequest>> = {
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

function answerOpenApi({ openApi }: AnswerContext): WireAnswer {
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(openApi()),
  }
}
