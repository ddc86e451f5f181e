import { allOf } from '../../all-of.ts'
import type { EncodedFile } from '../../contracts/parsed-file.ts'
import type { SourceTree } from '../../contracts/source-file.ts'
import { FileError } from '../../errors.ts'
import type { ParserShare } from '../../parsing/parser.ts'
import type { StageProgress } from '../../progress/run-progress.ts'
import { releaseFile, releaseMemory } from '../../release-memory.ts'
import { blobId } from '../../source/blob-id.ts'
import { batches } from '../../stores/batches.ts'
import { filesPerThread } from '../in-flight.ts'
import { type FileToIndex, filesToIndex } from '../planned-files.ts'
import type { RunContext } from '../run-context.ts'
import { createSpoolWriter } from './spool-writer.ts'

const planPage = 256
// A thread collects garbage late; a new one takes a fraction of the time of so many files.
const filesBetweenRests = 4_000
// Where memory is limited it is looked at after so many files.
const limitedGroup = 64

/** Counts of the parsing stage. */
export interface ParseOutcome {
  readonly chunks: number
  /** Paths of the files that could not be parsed; what was indexed of them before stays. */
  readonly failed: ReadonlySet<string>
}

/** Parses the files of the plan into the spool, those that are not there yet. */
export async function parseFiles(
  context: RunContext,
  tree: SourceTree,
  stage: StageProgress,
): Promise<ParseOutcome> {
  const { storage, signal, progress, limits, memory, parser } = context
  const { spool } = storage.journal
  const failed = new Set<string>()
  const writer = createSpoolWriter(async (files) => {
    await context.retry('the journal', () => spool.write(context.repository, files))
    releaseMemory(files.map(({ parsed }) => parsed.bytes))
  })
  const share = parser.share()
  let processed = 0
  let chunks = 0
  let filesSinceRest = 0
  /** Threads that are there, by what the memory allowed when they started; 0: none is. */
  let threads = 0

  const settle = (path: string, made: number): void => {
    processed++
    chunks += made
    stage.update({ processed, chunks, currentFile: path })
  }

  const parseOne = async (file: FileToIndex): Promise<void> => {
    try {
      const parsed = await readAndParse(context, share, tree, file)
      for (const message of parsed.warnings) progress.warning('PARSE_FAILED', message, file.path)
      if (parsed.syntaxErrors > 0) {
        const places = parsed.syntaxErrors === 1 ? 'one place' : `${parsed.syntaxErrors} places`
        progress.warning(
          'PARSE_FAILED',
          `${file.path} has syntax errors in ${places}; it is indexed all the same.`,
          file.path,
        )
      }
      await writer.add({ version: file.version, path: file.path, parsed }, file.sizeBytes ?? 0)
      settle(file.path, parsed.chunks)
    } catch (error) {
      if (signal.aborted || !(error instanceof FileError)) throw error
      failed.add(file.path)
      const { path, language, sizeBytes } = file
      progress.failed({ path, language, sizeBytes }, error)
      settle(file.path, 0)
    }
  }

  try {
    for await (const page of filesToIndex(context, planPage)) {
      const present = await spool.has(page.map((file) => file.version))
      const missing: FileToIndex[] = []
      for (const file of page) {
        if (present.has(file.version)) settle(file.path, 0)
        else missing.push(file)
      }
      for (const files of batches(missing, memory.isLimited ? limitedGroup : planPage)) {
        if (threads === 0) threads = memory.threads(limits.parseThreads)
        const inFlight = memory.share(threads * filesPerThread)
        share.limitThreads(Math.ceil(inFlight / filesPerThread))
        await eachOf(files, inFlight, signal, parseOne)
        filesSinceRest += files.length
        if (filesSinceRest >= filesBetweenRests || memory.isTight()) {
          await parser.rest()
          threads = 0
          filesSinceRest = 0
        }
        progress.tight(memory.exceeded())
      }
      await progress.backpressure()
    }
    await writer.flush()
  } finally {
    // However the stage ends, nothing of it is written after that.
    await writer.settled()
  }
  return { chunks, failed }
}

async function readAndParse(
  { signal }: RunContext,
  parser: ParserShare,
  tree: SourceTree,
  file: FileToIndex,
): Promise<EncodedFile> {
  const bytes = await tree.read(file.path, { signal })
  if (blobId(bytes) !== file.contentHash) {
    throw new FileError(
      'FILE_CHANGED',
      `${file.path} changed while it was being read; index again.`,
      {
        recoverable: true,
      },
    )
  }
  const parsed = await parser.parseEncoded(
    { path: file.path, language: file.language ?? 'text', bytes },
    { signal },
  )
  releaseFile(bytes)
  return parsed
}

/** Runs `work` over the items, at most `concurrency` at a time; the first failure ends it. */
async function eachOf<T>(
  items: readonly T[],
  concurrency: number,
  signal: AbortSignal,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0
  let hasFailed = false
  const lane = async (): Promise<void> => {
    while (next < items.length && !hasFailed) {
      signal.throwIfAborted()
      const item = items[next++]
      if (item === undefined) return
      try {
        await work(item)
      } catch (error) {
        hasFailed = true
        throw error
      }
    }
  }
  await allOf(...Array.from({ length: concurrency }, lane))
}
