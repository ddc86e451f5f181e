import { z } from 'zod'
import {
  acceptedTaskSchema,
  bulkAnswerSchema,
  bulkRequestSchema,
  cleanupAnswerSchema,
  commandAnswerSchema,
  localRepositoryRequestSchema,
  optimizeAnswerSchema,
  repositoryRequestSchema,
} from './control.ts'
import { logListSchema } from './logs.ts'
import {
  embeddingMetricsAnswerSchema,
  stageMetricsAnswerSchema,
  statisticsSchema,
} from './metrics.ts'
import { planDocumentSchema } from './plan.ts'
import {
  cleanupQuerySchema,
  dryRunQuerySchema,
  logListQuerySchema,
  repositoryListQuerySchema,
  streamQuerySchema,
  taskListQuerySchema,
} from './queries.ts'
import {
  removalReportSchema,
  repositoryDetailsSchema,
  repositoryFilterSchema,
  repositoryListSchema,
  repositoryMatchesSchema,
} from './repositories.ts'
import { searchAnswerSchema, searchRequestSchema } from './search.ts'
import { clientMessageSchema, serverMessageSchema } from './socket-messages.ts'
import { statusDocumentSchema } from './status.ts'
import { taskListSchema } from './tasks.ts'

export { defaultBasePath } from './base-path.ts'

/** One route of the wire. */
export interface Route {
  /** What it does, in one line. */
  readonly summary: string
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Below the base path, with parameters in braces: `/status/{task_id}`. */
  readonly path: string
  /** Of the query string; null where it takes none. */
  readonly query: z.ZodObject | null
  /** Of the request's body; null where it takes none. */
  readonly body: z.ZodType | null
  /** Of the answer's body, or of each message of a stream. */
  readonly answer: z.ZodType
  /** The HTTP status of a good answer. */
  readonly status: number
  /** Whether the answer is that of a task that was accepted, whose status `Location` names. */
  readonly startsTask: boolean
  /** Of the body of the 200 by which a dry run is answered; null where there is no dry run. */
  readonly plan: z.ZodType | null
  /** Whether what the path or the body names may not be there: 404. */
  readonly mayBeUnknown: boolean
  /** Whether it changes something, and is mounted only when the host asks for it. */
  readonly control: boolean
  /** One answer, or a stream of messages. */
  readonly kind: 'answer' | 'event-stream' | 'socket'
}

const get = {
  method: 'GET',
  query: null,
  body: null,
  status: 200,
  startsTask: false,
  plan: null,
  mayBeUnknown: false,
  control: false,
} as const
const post = { ...get, method: 'POST', control: true } as const

/** Every route of the wire by its name, as data: servers mount them, clients call them. */
export const routes = {
  taskList: {
    ...get,
    kind: 'answer',
    path: '/status',
    summary: 'Lists tasks, newest first.',
    query: taskListQuerySchema,
    answer: taskListSchema,
  },
  task: {
    ...get,
    kind: 'answer',
    path: '/status/{task_id}',
    mayBeUnknown: true,
    summary: 'Says where a task is.',
    answer: statusDocumentSchema,
  },
  taskLogs: {
    ...get,
    kind: 'answer',
    path: '/status/{task_id}/logs',
    mayBeUnknown: true,
    summary: 'Lists the log of a task, oldest first.',
    query: logListQuerySchema,
    answer: logListSchema,
  },
  taskEvents: {
    ...get,
    kind: 'event-stream',
    path: '/status/{task_id}/events',
    mayBeUnknown: true,
    summary: 'Follows a task by Server-Sent Events.',
    query: streamQuerySchema,
    answer: serverMessageSchema,
  },
  taskStream: {
    ...get,
    kind: 'socket',
    path: '/status/{task_id}/stream',
    mayBeUnknown: true,
    summary: 'Follows a task by WebSocket.',
    status: 101,
    query: streamQuerySchema,
    body: clientMessageSchema,
    answer: serverMessageSchema,
  },
  liveStatus: {
    ...get,
    kind: 'socket',
    path: '/live-status',
    summary: 'Follows many tasks by one WebSocket.',
    status: 101,
    body: clientMessageSchema,
    answer: serverMessageSchema,
  },
  stageMetrics: {
    ...get,
    kind: 'answer',
    path: '/metrics/stages',
    summary: 'Says how the stages went over every run.',
    answer: stageMetricsAnswerSchema,
  },
  embeddingMetrics: {
    ...get,
    kind: 'answer',
    path: '/metrics/embedding',
    summary: 'Says how embedding went over every run.',
    answer: embeddingMetricsAnswerSchema,
  },
  repositoryList: {
    ...get,
    kind: 'answer',
    path: '/repositories',
    summary: 'Lists the indexed repositories.',
    query: repositoryListQuerySchema,
    answer: repositoryListSchema,
  },
  repository: {
    ...get,
    kind: 'answer',
    path: '/repositories/{name}',
    mayBeUnknown: true,
    summary: 'Says what is indexed of a repository and how it is doing.',
    answer: repositoryDetailsSchema,
  },
  statistics: {
    ...get,
    kind: 'answer',
    path: '/statistics',
    summary: 'Sums up every task.',
    answer: statisticsSchema,
  },
  search: {
    ...get,
    kind: 'answer',
    method: 'POST',
    path: '/search',
    summary: 'Finds the best chunks for a query.',
    body: searchRequestSchema,
    mayBeUnknown: true,
    answer: searchAnswerSchema,
  },
  filter: {
    ...get,
    kind: 'answer',
    method: 'POST',
    path: '/filter',
    summary: 'Lists the indexed repositories that match.',
    body: repositoryFilterSchema,
    answer: repositoryMatchesSchema,
  },
  openApi: {
    ...get,
    kind: 'answer',
    path: '/openapi.json',
    summary: 'Describes these routes as OpenAPI 3.1.',
    answer: z.record(z.string(), z.unknown()),
  },
  indexRemote: {
    ...post,
    kind: 'answer',
    path: '/repository',
    summary: 'Indexes a remote repository; a dry run answers 200 with the plan.',
    status: 202,
    startsTask: true,
    query: dryRunQuerySchema,
    plan: planDocumentSchema,
    body: repositoryRequestSchema,
    answer: acceptedTaskSchema,
  },
  indexLocal: {
    ...post,
    kind: 'answer',
    path: '/repository/local',
    summary: 'Indexes a folder; a dry run answers 200 with the plan.',
    status: 202,
    startsTask: true,
    query: dryRunQuerySchema,
    plan: planDocumentSchema,
    body: localRepositoryRequestSchema,
    answer: acceptedTaskSchema,
  },
  indexMany: {
    ...post,
    kind: 'answer',
    path: '/bulk',
    summary: 'Indexes remote repositories, a task for each.',
    status: 202,
    body: bulkRequestSchema,
    answer: bulkAnswerSchema,
  },
  update: {
    ...post,
    kind: 'answer',
    path: '/update/{name}',
    mayBeUnknown: true,
    summary: 'Brings an indexed repository up to date.',
    status: 202,
    startsTask: true,
    answer: acceptedTaskSchema,
  },
  cancel: {
    ...post,
    kind: 'answer',
    path: '/status/{task_id}/cancel',
    mayBeUnknown: true,
    summary: 'Cancels a task.',
    status: 202,
    answer: commandAnswerSchema,
  },
  pause: {
    ...post,
    kind: 'answer',
    path: '/status/{task_id}/pause',
    mayBeUnknown: true,
    summary: 'Pauses a task.',
    status: 202,
    answer: commandAnswerSchema,
  },
  resume: {
    ...post,
    kind: 'answer',
    path: '/status/{task_id}/resume',
    mayBeUnknown: true,
    summary: 'Lets a paused task go on.',
    status: 202,
    answer: commandAnswerSchema,
  },
  remove: {
    ...post,
    kind: 'answer',
    method: 'DELETE',
    path: '/repository/{name}',
    mayBeUnknown: true,
    summary: 'Removes a repository from every store.',
    answer: removalReportSchema,
  },
  optimize: {
    ...post,
    kind: 'answer',
    path: '/optimize',
    summary: 'Looks after the stores.',
    answer: optimizeAnswerSchema,
  },
  cleanup: {
    ...post,
    kind: 'answer',
    path: '/cleanup',
    summary: 'Drops ended tasks that are older than a given age.',
    query: cleanupQuerySchema,
    answer: cleanupAnswerSchema,
  },
} as const satisfies Readonly<Record<string, Route>>

/** The name of a route. */
export type RouteName = keyof typeof routes
