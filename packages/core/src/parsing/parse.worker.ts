import { setFlagsFromString } from 'node:v8'
import { Tinypool } from 'tinypool'
import type { ParsedFile } from '../contracts/parsed-file.ts'
import { CairnError } from '../errors.ts'
import { releaseMemory } from '../release-memory.ts'
import { createProgressWriter } from './batch-progress.ts'
import { encodeFile } from './encoded-file.ts'
import { createGrammarLoader } from './grammar.ts'
import type { ParseBatch, ParseOutcome, WorkerOptions } from './parse-batch.ts'
import { createFileParser, type FileParser } from './parse-file.ts'

// What a worker keeps between batches: it lives as long as the thread.
let parse: FileParser | undefined
let onReady: () => void = () => {}
const languages = new Map<string, WorkerOptions['languages'][number]>()

/** Parses the files of a batch one after the other; called by the pool in a worker thread. */
export async function parseBatch(batch: ParseBatch): Promise<unknown> {
  parse ??= start()
  const parseFile = parse
  const progress = createProgressWriter(batch.progress)
  onReady = progress.ready
  const outcomes: ParseOutcome[] = []
  for (const [index, file] of batch.files.entries()) {
    progress.begin(index)
    const bytes = batch.bytes.subarray(file.start, file.end)
    outcomes.push(await outcomeOf(() => parseFile(bytes, languages.get(file.language) ?? null)))
  }
  releaseMemory([batch.bytes])
  return moved(outcomes)
}

/** Marks the encoded files to be transferred instead of copied; the pool hands on the outcomes. */
function moved(outcomes: ParseOutcome[]): unknown {
  const buffers = outcomes.flatMap((outcome) =>
    outcome.kind === 'parsed' ? [outcome.file.bytes.buffer] : [],
  )
  const message = {
    [Tinypool.transferableSymbol]: buffers,
    [Tinypool.valueSymbol]: outcomes,
  }
  return Tinypool.move(message as unknown as Parameters<typeof Tinypool.move>[0])
}

function start(): FileParser {
  const options: WorkerOptions = Tinypool.workerData
  if (options.isFrugal) leaveUnoptimized()
  for (const language of options.languages) languages.set(language.id, language)
  return createFileParser(createGrammarLoader(), options.limits, () => onReady())
}

/**
 * Keeps V8 from optimizing WebAssembly: for the tables of a grammar, which are huge functions, it takes hundreds
 * of megabytes for some seconds, and the parser is hardly faster afterwards. A flag counts for the whole process.
 */
function leaveUnoptimized(): void {
  for (const flag of ['--no-wasm-tier-up', '--no-wasm-dynamic-tiering']) setFlagsFromString(flag)
}

async function outcomeOf(parseFile: () => Promise<ParsedFile>): Promise<ParseOutcome> {
  try {
    return { kind: 'parsed', file: encodeFile(await parseFile()) }
  } catch (error) {
    // WebAssembly.RuntimeError: an abort or a trap.
    if (error instanceof Error && error.name === 'RuntimeError') {
      // The parser's memory can no longer be trusted: this thread ends, the pool starts another.
      process.nextTick(() => {
        throw error
      })
      return new Promise(() => {})
    }
    return {
      kind: 'failed',
      code:
        CairnError.isInstance(error) && error.code === 'GRAMMAR_INVALID'
          ? 'GRAMMAR_INVALID'
          : 'PARSE_FAILED',
      message: error instanceof Error ? error.message : String(error),
    }
  }
}
