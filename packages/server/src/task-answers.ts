import {
  type JsonValue,
  type LogEntry,
  logListSchema,
  readTaskList,
  type SourceDescription,
  type StreamQuery,
  taskListSchema,
} from '@cairn/protocol'
import type { AnswerContext } from './answer-context.ts'
import { openEventStream } from './event-stream.ts'
import type { Position } from './follow-task.ts'
import { hidePaths, withoutHostPaths } from './hide-paths.ts'
import { jsonAnswer } from './json-answer.ts'
import { ProblemError } from './problem-error.ts'
import { narrow } from './scope.ts'
import { shownSource } from './shown-source.ts'
import { readVisible } from './visible-task.ts'
import type { WireAnswer } from './wire-request.ts'

/** `GET /status/{task_id}` */
export async function answerTask(context: AnswerContext): Promise<WireAnswer> {
  const { readShared, scope, parameters, documents } = context
  const status = await readVisible(readShared, scope)(parameters.task_id ?? '')
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: documents.of(status).json,
  }
}

/** `GET /status` */
export async function answerTaskList(context: AnswerContext<'taskList'>): Promise<WireAnswer> {
  const { source, scope } = context
  // By name: a query may have members that nobody knows.
  const { status, repository, limit, cursor } = context.query
  const names = narrow(scope, repository)
  const selection = { ...(names === null ? {} : { repository: names }), ...(status && { status }) }
  return jsonAnswer(
    taskListSchema,
    await readTaskList(source, selection, defined({ limit, cursor })),
  )
}

/** `GET /status/{task_id}/logs` */
export async function answerTaskLogs(context: AnswerContext<'taskLogs'>): Promise<WireAnswer> {
  const { source, scope, readShared, parameters } = context
  const { q, level = 'DEBUG', ...filter } = context.query
  const task = await readVisible(readShared, scope)(parameters.task_id ?? '')
  const page = await source.logs(task.taskId, {
    ...defined(filter),
    level,
    ...(q === undefined ? {} : { query: q }),
  })
  return jsonAnswer(logListSchema, {
    taskId: task.taskId,
    repositoryName: task.repositoryName,
    logLevel: level,
    totalLogs: page.total,
    logs: page.logs.map(shownEntry),
    nextCursor: page.nextCursor,
  })
}

/** An entry without where things stand on the host. */
function shownEntry(entry: LogEntry): LogEntry {
  const { source, ...details } = withoutHostPaths(entry.details as JsonValue) as LogEntry['details']
  return {
    ...entry,
    message: hidePaths(entry.message),
    details: source ? { ...details, source: shownSource(source as SourceDescription) } : details,
  }
}

/** `GET /status/{task_id}/events` */
export async function answerTaskEvents(context: AnswerContext<'taskEvents'>): Promise<WireAnswer> {
  const { scope, parameters } = context
  const stream = await openEventStream({
    ...context,
    taskId: parameters.task_id ?? '',
    position: positionOf(context),
    read: readVisible(context.readShared, scope),
    remoteAddress: context.requestContext.remoteAddress,
  })
  // 204 tells an EventSource not to come back.
  if (!stream) return { status: 204, headers: {}, body: null }
  return {
    status: 200,
    // Proxies that collect an answer before they pass it on would hold the events back, and so would what
    // compresses answers in the host.
    headers: {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    },
    body: stream,
  }
}

/** Where a reader of events left off. What it saw last goes before the address, which it keeps. */
function positionOf({ request, query }: AnswerContext<'taskEvents'>): Position | null {
  const { since, epoch } = query
  const lastEventId = request.header('last-event-id')
  if (lastEventId !== null && lastEventId !== '') {
    if (!/^\d{1,15}$/.test(lastEventId)) {
      throw new ProblemError(422, 'Last-Event-ID is not one of this stream.')
    }
    return { since: Number(lastEventId), epoch: epoch ?? null }
  }
  return streamPosition({ since, epoch })
}

/** Where a reader left off, as its address says. */
export function streamPosition({ since, epoch }: StreamQuery): Position | null {
  return since === undefined ? null : { since, epoch: epoch ?? null }
}

/** The members that are given. */
function defined<T extends object>(members: T): { [Key in keyof T]: Exclude<T[Key], undefined> } {
  const given = Object.entries(members).filter(([, value]) => value !== undefined)
  return Object.fromEntries(given) as { [Key in keyof T]: Exclude<T[Key], undefined> }
}
