import type { RepositoryAbout, SourceDescription, SourceSelection } from '@cairn/protocol'
import type { LedgerRepository } from '../contracts/journal.ts'
import type { SourceTree } from '../contracts/source-file.ts'
import type { FileSelection, Source } from '../options.ts'
import type { HostGit } from '../source/host-git.ts'
import { type OpenSourceOptions, openSource } from '../source/open-source.ts'
import { assertRoom } from './assert-room.ts'
import type { RunContext } from './run-context.ts'
import { type LedgerState, makePlan, type Plan, readLedger } from './stages/analyze.ts'
import { embedChunks } from './stages/embed.ts'
import { parseFiles } from './stages/parse.ts'
import { storeFiles } from './stages/store.ts'
import { validateStores } from './stages/validate.ts'

const filesWorthARest = 100

/** What a run is asked, checked and resolved. */
export interface RunRequest extends FileSelection {
  readonly source: Source
  readonly description: SourceDescription
  readonly cloneDirectory: string
  /** The host's git, which is looked for while the store opens. */
  readonly git: Promise<HostGit>
  /** What {@link openEarly} began, where it is as fresh as the run. */
  readonly opening: Promise<SourceTree> | null
  /** As plain data, what {@link source} narrows the repository to. */
  readonly selection: SourceSelection
  /** What the host said about the repository; null: nothing. */
  readonly about: RepositoryAbout | null
}

/** What a run that came to its end found. */
export interface PipelineOutcome {
  readonly ref: string | null
  readonly commit: string | null
}

/** One run from its source to a validated index. Rejects with the first error that costs the run. */
export async function runPipeline(
  context: RunContext,
  request: RunRequest,
): Promise<PipelineOutcome> {
  // The store and git are asked at the same time; a failure of the store is met below.
  const reading = readLedger(context.storage.journal.ledger, context.repository)
  reading.catch(() => undefined)
  const tree = await openTree(context, request)
  try {
    const ledger = await reading
    const plan = await analyze(context, tree, ledger)
    await assertRoom(context, plan, { isIndexed: ledger.files.size > 0 })
    const parsed = await parse(context, tree, plan)
    const embedded = await context.progress.stage(
      'embedding',
      { unit: 'chunks', total: null },
      (stage) => embedChunks(context, stage),
    )
    await context.progress.stage('storing', { unit: 'files', total: plan.totals.index }, (stage) =>
      storeFiles(
        context,
        {
          plan,
          previous: ledger.files,
          failedPaths: parsed.failed,
          failedTexts: embedded.failedTexts,
          repository: ledgerRepository(context, request, tree, ledger.repository),
        },
        stage,
      ),
    )
    await context.progress.stage('validating', { unit: 'checks', total: null }, (stage) =>
      validateStores(context, stage),
    )
    return tree.description
  } finally {
    await tree.close()
  }
}

/**
 * Begins to open a folder before the store is open and nothing can be told yet; null for what has to be
 * fetched. Whoever gets it closes it.
 */
export function openEarly(
  context: Pick<RunContext, 'parser' | 'limits' | 'signal'>,
  request: RunRequest,
): Promise<SourceTree> | null {
  if (request.description.kind !== 'local') return null
  const opening = openSource(request.source, sourceOptions(context, request))
  // Met where it is awaited.
  opening.catch(() => undefined)
  return opening
}

async function openTree(context: RunContext, request: RunRequest): Promise<SourceTree> {
  const { signal, progress } = context
  const options = sourceOptions(context, request)
  const { description } = request
  if (description.kind === 'local') {
    return request.opening ?? openSource(request.source, options)
  }
  return progress.stage('cloning', { unit: 'percent', total: null }, (stage) => {
    let furthest = 0
    // While it is waited for, clones from the same host have its place.
    return context.retry(`the remote ${description.url}`, () =>
      context.clones(
        request.source,
        { signal, onWaiting: (busy) => progress.waiting(request, busy) },
        () =>
          openSource(request.source, {
            ...options,
            onProgress: ({ percent, processed, total, operation }) => {
              // A second try begins anew, and progress does not go back.
              furthest = Math.max(furthest, percent)
              stage.update({ percent: furthest, processed, total, operation })
            },
          }),
      ),
    )
  })
}

function sourceOptions(
  { parser, limits, signal }: Pick<RunContext, 'parser' | 'limits' | 'signal'>,
  request: RunRequest,
): OpenSourceOptions {
  return {
    cloneDirectory: request.cloneDirectory,
    languageOf: parser.languageOf,
    maxFileBytes: limits.maxFileBytes,
    maxFiles: limits.maxFiles,
    include: request.include,
    exclude: request.exclude,
    git: request.git,
    signal,
  }
}

async function analyze(context: RunContext, tree: SourceTree, ledger: LedgerState): Promise<Plan> {
  const { storage, repository, runId, progress, signal } = context
  const { plans } = storage.journal
  return progress.stage('analyzing', { unit: 'files', total: null }, async (stage) => {
    await plans.begin({ repository, runId, fingerprint: context.space.fingerprint })
    const plan = await makePlan({
      repository,
      tree,
      ledger,
      parserFingerprint: context.parser.fingerprint,
      embedderFingerprint: context.space.fingerprint,
      signal,
      onListed: (processed, total, currentFile) => stage.update({ processed, total, currentFile }),
      emit: async (files, errors) => {
        await context.retry('the journal', () => plans.add(runId, files))
        for (const file of files) {
          const { path, language, sizeBytes } = file
          const settled = {
            path,
            language,
            sizeBytes,
            chunks: 0,
            reason: null,
            detail: null,
            error: null,
          }
          if (file.action === 'unchanged') progress.settled({ ...settled, outcome: 'unchanged' })
          if (file.action === 'delete') progress.settled({ ...settled, outcome: 'deleted' })
          if (file.action === 'skip') {
            progress.settled({
              ...settled,
              outcome: 'skipped',
              reason: file.reason,
              detail: file.detail,
              error: errors.get(path) ?? null,
            })
          }
        }
        await progress.backpressure()
      },
    })
    await context.retry('the journal', () => plans.complete(runId))
    progress.planned(plan.totals)
    progress.expect({ parsing: plan.totals.index, storing: plan.totals.index })
    return plan
  })
}

async function parse(
  context: RunContext,
  tree: SourceTree,
  plan: Plan,
): Promise<Awaited<ReturnType<typeof parseFiles>>> {
  const { storage, runId, space, progress } = context
  return progress.stage('parsing', { unit: 'files', total: plan.totals.index }, async (stage) => {
    const parsed = await parseFiles(context, tree, stage)
    // The stages to come need the memory more than the threads; after a few files it is not much, and
    // the next small run has threads that are warm.
    if (plan.totals.index >= filesWorthARest) await context.parser.rest()
    const { chunks } = await storage.journal.spool.totals(runId, space.fingerprint)
    stage.update({ chunks })
    progress.expect({ embedding: chunks })
    return parsed
  })
}

function ledgerRepository(
  context: RunContext,
  request: RunRequest,
  tree: SourceTree,
  earlier: LedgerRepository | null,
): LedgerRepository {
  const { embedder, parser, space } = context
  return {
    name: context.repository,
    source: request.description,
    selection: request.selection,
    about: { ...earlier?.about, ...request.about },
    ref: tree.description.ref,
    commit: tree.description.commit,
    parserFingerprint: parser.fingerprint,
    embedder: { id: embedder.id, ...space },
    indexedAt: new Date(),
    taskId: context.taskId,
  }
}
