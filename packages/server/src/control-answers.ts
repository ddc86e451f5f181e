import { randomUUID } from 'node:crypto'
import {
  type AboutRepository,
  acceptedTask,
  acceptedTaskSchema,
  bulkAnswerSchema,
  cleanupAnswerSchema,
  commandAnswerSchema,
  type IndexCommand,
  type IndexControl,
  optimizeAnswerSchema,
  planDocumentSchema,
  type RepositoryAbout,
  type RepositoryRequest,
  removalReportSchema,
  type StartedRun,
  type StatusDocument,
  type StatusSource,
} from '@cairn/protocol'
import { allowedFolder, allowedUrl } from './allowed-folder.ts'
import type { AnswerContext } from './answer-context.ts'
import { jsonAnswer } from './json-answer.ts'
import { ProblemError } from './problem-error.ts'
import { unknownRepository } from './repository-answers.ts'
import { shownSource } from './shown-source.ts'
import { sourceProblem } from './source-problem.ts'
import { readVisible } from './visible-task.ts'
import type { WireAnswer } from './wire-request.ts'

/** Hours after which `POST /cleanup` drops ended tasks where the request says nothing. */
const defaultCleanupHours = 24

/** `POST /repository` */
export async function answerIndexRemote(
  context: AnswerContext<'indexRemote'>,
): Promise<WireAnswer> {
  const { url: asked, branch, ...about } = context.body
  const url = await allowedUrl(asked, context.allowedRoots)
  return indexOrPlan(context, { url, ...refOf(branch), ...commandOf(about) })
}

/** `POST /repository/local` */
export async function answerIndexLocal(context: AnswerContext<'indexLocal'>): Promise<WireAnswer> {
  const { localPath, branch, ...about } = context.body
  const path = await allowedFolder(localPath, context.allowedRoots)
  return indexOrPlan(context, { path, ...refOf(branch), ...commandOf(about) })
}

/** `POST /bulk` */
export async function answerIndexMany(context: AnswerContext<'indexMany'>): Promise<WireAnswer> {
  const { repositories, maxConcurrent } = context.body
  const control = controlOf(context)
  for (const { name } of repositories) requireVisible(context, name)
  const requireKnown = await knownSources(context)
  const group = maxConcurrent ? { id: randomUUID(), concurrentRuns: maxConcurrent } : null
  const commands: IndexCommand[] = []
  for (const { name, url: asked, branch, ...about } of repositories) {
    const member = `repositories.${commands.length}`
    const url = await allowedUrl(asked, context.allowedRoots, `${member}.url`)
    requireKnown(name, url)
    const command = { url, ...refOf(branch), ...commandOf({ name, ...about }) }
    try {
      control.check(command)
    } catch (error) {
      throw refusalOf(member, error)
    }
    // One that is being worked on has its turn after that.
    commands.push({ ...command, ...(group && { group }), onBusy: 'wait' })
  }
  const runs: StartedRun[] = []
  try {
    for (const command of commands) runs.push(start(control, command))
    const tasks = await Promise.all(
      runs.map(async (run) => acceptedTask(await begun(context, run))),
    )
    return jsonAnswer(bulkAnswerSchema, { tasks, total: tasks.length }, { status: 202 })
  } catch (error) {
    // All of a request is taken, or nothing.
    await Promise.allSettled(runs.map(({ taskId }) => control.cancel(taskId)))
    throw error
  }
}

/** An error, which of a refusal says what in the body it is about. */
function refusalOf(member: string, error: unknown): unknown {
  const { problem } = sourceProblem(error, 0)
  if (problem.status !== 422) return error
  const { code, detail } = problem
  const errors = [{ path: member, message: detail }]
  return new ProblemError(422, detail, { ...(code && { code }), errors })
}

/** `POST /update/{name}` */
export async function answerUpdate(context: AnswerContext): Promise<WireAnswer> {
  const name = context.parameters.name ?? ''
  if (!context.scope.has(name)) throw unknownRepository()
  return acceptedAnswer(context, watched(await controlOf(context).update(name)))
}

/** `POST /status/{task_id}/cancel` */
export async function answerCancel(context: AnswerContext): Promise<WireAnswer> {
  const { taskId } = await visibleTask(context)
  const status = await controlOf(context).cancel(taskId)
  const isCancelled = status.status === 'cancelled'
  return commandAnswer(
    status,
    isCancelled ? 'The task is cancelled.' : 'The task has ended already.',
  )
}

/** `POST /status/{task_id}/pause` */
export async function answerPause(context: AnswerContext): Promise<WireAnswer> {
  const { taskId } = await visibleTask(context)
  return commandAnswer(await controlOf(context).pause(taskId), 'The task is paused.')
}

/** `POST /status/{task_id}/resume` */
export async function answerResume(context: AnswerContext): Promise<WireAnswer> {
  const { taskId } = await visibleTask(context)
  const run = watched(await controlOf(context).resume(taskId))
  return commandAnswer(await begun(context, run), 'The task goes on.')
}

/** `DELETE /repository/{name}` */
export async function answerRemove(context: AnswerContext): Promise<WireAnswer> {
  const name = context.parameters.name ?? ''
  if (!context.scope.has(name)) throw unknownRepository()
  return jsonAnswer(removalReportSchema, await controlOf(context).remove(name))
}

/** `POST /optimize` */
export async function answerOptimize(context: AnswerContext): Promise<WireAnswer> {
  requireAll(context)
  return jsonAnswer(optimizeAnswerSchema, await controlOf(context).optimize())
}

/** `POST /cleanup` */
export async function answerCleanup(context: AnswerContext<'cleanup'>): Promise<WireAnswer> {
  requireAll(context)
  const { olderThanHours = defaultCleanupHours } = context.query
  return jsonAnswer(cleanupAnswerSchema, await controlOf(context).cleanup({ olderThanHours }))
}

async function indexOrPlan(
  context: AnswerContext<'indexRemote' | 'indexLocal'>,
  command: IndexCommand,
): Promise<WireAnswer> {
  const { dryRun = false } = context.query
  const control = controlOf(context)
  const { name = '' } = command
  requireVisible(context, name)
  const requireKnown = await knownSources(context)
  requireKnown(name, 'url' in command ? command.url : command.path)
  if (dryRun) {
    const plan = await control.plan(command)
    return jsonAnswer(planDocumentSchema, { ...plan, source: shownSource(plan.source) })
  }
  return acceptedAnswer(context, start(control, command))
}

function start(control: IndexControl, command: IndexCommand): StartedRun {
  return watched(control.index(command))
}

/** The run; that it may fail is told by its status. */
function watched(run: StartedRun): StartedRun {
  run.finished.catch(ignore)
  return run
}

function ignore(): void {}

/**
 * The status of a run when its first event is stored: who is told of its task is to find it.
 *
 * @throws what the run failed with before anything of it could be stored
 */
async function begun({ source }: AnswerContext, run: StartedRun): Promise<StatusDocument> {
  await recorded(source, run)
  const status = statusOf(run)
  if (status) return status
  await run.finished
  throw new Error('A run has ended, and nothing of it is recorded.')
}

/** The status that a run has made; null where it has made none yet. */
function statusOf(run: StartedRun): StatusDocument | null {
  const status = run.status()
  return status?.runId === run.runId ? status : null
}

/** Waits for the first event of a run, or its end. */
function recorded(source: Pick<StatusSource, 'watch'>, run: StartedRun): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stop()
      resolve()
    }
    const stop = source.watch(({ runId }) => {
      if (runId === run.runId) done()
    })
    run.finished.then(done, done)
    if (statusOf(run)) done()
  })
}

async function acceptedAnswer(context: AnswerContext, run: StartedRun): Promise<WireAnswer> {
  const location = `${context.publicPath}/status/${encodeURIComponent(run.taskId)}`
  const task = acceptedTask(await begun(context, run))
  return jsonAnswer(acceptedTaskSchema, task, { status: 202, headers: { location } })
}

function commandAnswer(status: StatusDocument, message: string): WireAnswer {
  return jsonAnswer(commandAnswerSchema, { ...status, message }, { status: 202 })
}

function controlOf({ control }: AnswerContext): IndexControl {
  if (control) return control
  throw new Error('A control route is mounted without control.')
}

function visibleTask({ readShared, scope, parameters }: AnswerContext): Promise<StatusDocument> {
  return readVisible(readShared, scope)(parameters.task_id ?? '')
}

function requireVisible({ scope }: AnswerContext, name: string): void {
  if (!scope.has(name)) throw new ProblemError(403, 'You may not index a repository of this name.')
}

/**
 * Who sees some repositories only may index them from where they come already: what else this host can read, by
 * its disk or its credentials, may be another's.
 */
async function knownSources({
  scope,
  source,
}: AnswerContext): Promise<(name: string, wanted: string) => void> {
  if (scope.repositories === null) return () => undefined
  const known = await source.repositories()
  return (name, wanted) => {
    const own = known.find((repository) => repository.name === name)?.source
    const place = own?.kind === 'local' ? own.path : own?.url
    if (place === wanted) return
    throw new ProblemError(403, 'You may index a repository only from the source that it has.')
  }
}

function requireAll({ scope }: AnswerContext): void {
  if (scope.repositories === null) return
  throw new ProblemError(403, 'This concerns repositories that you may not see.')
}

function refOf(branch: string | null | undefined): { ref?: string } {
  return branch === null || branch === undefined ? {} : { ref: branch }
}

/** What is not said stays as it was. */
function commandOf(
  about: Omit<RepositoryRequest, 'url' | 'branch'>,
): Pick<IndexCommand, 'name' | 'about' | 'priority'> {
  const { name, priority, ...rest } = about
  return { name, about: aboutOf(rest), ...(priority ? { priority } : {}) }
}

function aboutOf({ businessDomain, teamOwner, isGoldenRepo }: RepositoryAbout): AboutRepository {
  return {
    ...(businessDomain === undefined ? {} : { businessDomain }),
    ...(teamOwner === undefined ? {} : { teamOwner }),
    ...(isGoldenRepo === undefined ? {} : { isGoldenRepo }),
  }
}
