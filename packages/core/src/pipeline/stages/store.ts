import { allOf } from '../../all-of.ts'
import type { LedgerFile, LedgerRepository, SpooledFile } from '../../contracts/journal.ts'
import { StoreError } from '../../errors.ts'
import {
  type BuiltGraph,
  createGraphBuilder,
  type GraphBuilder,
} from '../../graph/graph-builder.ts'
import type { StageProgress } from '../../progress/run-progress.ts'
import { readAhead } from '../../read-ahead.ts'
import { collectGarbage } from '../../stores/collect-garbage.ts'
import { writeGraph, writeVectors } from '../../stores/write-rows.ts'
import { findWrittenRows, nothingWritten, type WrittenRows } from '../../stores/written-rows.ts'
import { takeOut } from '../../take-out.ts'
import { pagesInFlight, storePage } from '../in-flight.ts'
import { type FileToIndex, filesToIndex } from '../planned-files.ts'
import type { RunContext } from '../run-context.ts'
import { filesToResolveAgain, type StateChange } from './affected-files.ts'
import type { Plan } from './analyze.ts'

const settledPage = 256

/** What the storing stage is given by those before it. */
export interface StoreInput {
  readonly plan: Plan
  /** Path → version that the ledger had before this run. */
  readonly previous: ReadonlyMap<string, { readonly version: string }>
  /** Paths that were not parsed. */
  readonly failedPaths: ReadonlySet<string>
  /** Hashes of texts that have no vector. */
  readonly failedTexts: ReadonlySet<string>
  readonly repository: LedgerRepository
}

/** What goes on while files are written. */
interface Writing {
  readonly builder: GraphBuilder
  /** What an interrupted run of the task had written. */
  readonly there: WrittenRows
  /** Path → version after this run. */
  readonly versions: ReadonlyMap<string, string>
  /** Version → its chunks, of what was written. The versions are the strings that `versions` has. */
  readonly written: Map<string, number>
}

/**
 * Writes the rows of the files to index, then commits the ledger, then deletes what no longer
 * counts. Until the commit none of it is visible, after it all of it is.
 */
export async function storeFiles(
  context: RunContext,
  input: StoreInput,
  stage: StageProgress,
): Promise<void> {
  const { storage, signal, progress, runId } = context
  const versions = nextState(input)
  const builder = createGraphBuilder({
    repository: context.repository,
    spool: storage.journal.spool,
    versions,
    languages: context.parser.languages,
    maxRows: storage.graph.maxBatch,
    memory: context.memory,
    files: input.plan.totals.index,
  })
  const written = new Map<string, number>()
  try {
    const there = context.goesOn ? await findWrittenRows(context) : nothingWritten
    const writing = { builder, there, versions, written }
    await writeFiles(context, input, stage, writing)
    stage.update({ operation: 'resolving what changed files mean to others' })
    await resolveAffected(
      context,
      { previous: input.previous, versions, resolved: written },
      writing,
    )
  } finally {
    await builder.close()
  }
  signal.throwIfAborted()
  stage.update({ operation: 'committing' })
  await context.retry('the journal', () => storage.journal.ledger.commit(runId, input.repository))
  // Once more and page by page: all of them at once would be held till the end.
  for await (const page of filesToIndex(context, settledPage)) {
    for (const { path, language, sizeBytes, version } of page) {
      const made = written.get(version)
      if (made === undefined) continue
      progress.settled({
        path,
        outcome: 'indexed',
        language,
        sizeBytes,
        chunks: made,
        reason: null,
        detail: null,
        error: null,
      })
      await progress.backpressure()
    }
  }
  stage.update({ operation: 'removing what is no longer there' })
  await collectGarbage(context)
}

/** Writes what the files to index come to; it counts when the ledger commits it. */
async function writeFiles(
  context: RunContext,
  input: StoreInput,
  stage: StageProgress,
  { builder, there, versions, written }: Writing,
): Promise<void> {
  const { storage, signal, runId, progress, memory } = context
  const { ledger } = storage.journal
  const pageSize = storePage(storage.vectors.isRemote || storage.graph.isRemote)
  let processed = 0
  let chunks = 0

  const writePage = async (
    { page, files }: SpooledPage,
    graphs: readonly BuiltGraph[],
  ): Promise<void> => {
    const failedChunks = await findFailedChunks(context, files, input.failedTexts)
    const byVersion = new Map(page.map((file) => [file.version, file]))
    const rows: LedgerFile[] = []
    const missing: BuiltGraph[] = []
    for (const [index, file] of files.entries()) {
      const planned = byVersion.get(file.version)
      const graph = graphs[index]
      if (!planned || !graph) continue
      rows.push(ledgerFile(planned, file, graph, failedChunks.get(file.version) ?? []))
      written.set(versions.get(planned.path) ?? planned.version, file.chunkCount)
      chunks += file.chunkCount
      if (!there.hasGraph(file, graph)) missing.push(graph)
    }
    // In any order: nothing of it counts before the commit.
    await allOf(
      writeVectors(
        context,
        files.filter((file) => !there.hasVectors(file)),
      ),
      writeGraph(context, missing),
      context.retry('the journal', () => ledger.stage(runId, rows)),
    )
    processed += page.length
    stage.update({ processed, chunks, currentFile: page.at(-1)?.path ?? '' })
  }

  // While the stores write some pages, the edges of the next are resolved.
  const writing: Promise<void>[] = []
  const failures: unknown[] = []
  try {
    for await (const page of readAhead(spooledPages(context, input, pageSize))) {
      signal.throwIfAborted()
      if (failures.length > 0) break
      const graphs = await builder.build(page.files, { withNodes: true, signal })
      const write: Promise<void> = writePage(page, graphs)
        .catch((error: unknown) => {
          failures.push(error)
        })
        .finally(() => void takeOut(writing, write))
      writing.push(write)
      while (writing.length >= memory.share(pagesInFlight)) await Promise.race(writing)
      progress.tight(memory.exceeded())
    }
  } finally {
    // Nothing is written any more once the run has ended, however it ends.
    await Promise.all(writing)
  }
  if (failures.length > 0) throw failures[0]
}

/** Files of the plan, and what was parsed of those that could be. */
interface SpooledPage {
  readonly page: readonly FileToIndex[]
  readonly files: readonly SpooledFile[]
}

async function* spooledPages(
  context: RunContext,
  { failedPaths }: StoreInput,
  size: number,
): AsyncGenerator<SpooledPage> {
  for await (const page of filesToIndex(context, size)) {
    const wanted = page.filter((file) => !failedPaths.has(file.path))
    const files = await context.storage.journal.spool.files(wanted.map((file) => file.version))
    if (files.length < wanted.length) throw lostFiles(wanted, files)
    yield { page, files }
  }
}

/** What was parsed has to be there: a file that nothing was written of would be missed by nobody. */
function lostFiles(wanted: readonly FileToIndex[], files: readonly SpooledFile[]): StoreError {
  const there = new Set(files.map(({ version }) => version))
  const lost = wanted.find(({ version }) => !there.has(version))
  return new StoreError(
    'STORE_FAILED',
    `The journal does not have what was parsed of ${lost?.path}. Resume the task: what is not there is parsed again.`,
  )
}

/** Path → version after this run: a file that failed keeps the version that it had. */
function nextState({ plan, previous, failedPaths }: StoreInput): ReadonlyMap<string, string> {
  if (failedPaths.size === 0) return plan.versions
  const versions = new Map(plan.versions)
  for (const path of failedPaths) {
    const before = previous.get(path)
    if (before) versions.set(path, before.version)
    else versions.delete(path)
  }
  return versions
}

async function resolveAffected(
  context: RunContext,
  change: StateChange,
  { builder, there }: Pick<Writing, 'builder' | 'there'>,
): Promise<void> {
  const { storage, signal, runId, repository, progress, memory } = context
  const { ledger } = storage.journal
  for await (const files of filesToResolveAgain(context, change)) {
    const graphs = await builder.build(files, { withNodes: false, signal })
    const rows: LedgerFile[] = []
    const changed: BuiltGraph[] = []
    for (const [index, file] of files.entries()) {
      const graph = graphs[index]
      const row = await ledger.file(repository, file.path)
      if (!graph || !row || row.edgeSet === graph.edgeSet) continue
      if (!there.hasGraph(file, graph)) changed.push(graph)
      rows.push({
        ...row,
        edgeSet: graph.edgeSet,
        edgeSetNodes: graph.edgeSetNodes,
        edgeSetEdges: graph.edgeSetEdges,
      })
    }
    await writeGraph(context, changed)
    progress.tight(memory.exceeded())
    if (rows.length > 0) await context.retry('the journal', () => ledger.stage(runId, rows))
  }
}

/** Version → ordinals of its chunks whose text has no vector. */
async function findFailedChunks(
  { storage }: RunContext,
  files: readonly SpooledFile[],
  failedTexts: ReadonlySet<string>,
): Promise<ReadonlyMap<string, readonly number[]>> {
  if (failedTexts.size === 0) return new Map()
  const spooled = await storage.journal.spool.chunks(files.map((file) => file.version))
  return new Map(
    spooled.map(({ version, chunks }) => [
      version,
      chunks.filter(({ textHash }) => failedTexts.has(textHash)).map(({ ordinal }) => ordinal),
    ]),
  )
}

function ledgerFile(
  planned: FileToIndex,
  file: SpooledFile,
  graph: BuiltGraph,
  failedChunks: readonly number[],
): LedgerFile {
  return {
    path: planned.path,
    language: file.language,
    sizeBytes: planned.sizeBytes ?? 0,
    contentHash: planned.contentHash,
    version: planned.version,
    edgeSet: graph.edgeSet,
    chunkCount: file.chunkCount,
    failedChunks,
    nodeCount: graph.nodeCount,
    symbolCount: graph.symbolCount,
    edgeSetNodes: graph.edgeSetNodes,
    edgeSetEdges: graph.edgeSetEdges,
    syntaxErrors: file.syntaxErrors,
  }
}
