import { Tinypool } from 'tinypool'
import { onAbort } from '../abortable.ts'
import type { EncodedFile } from '../contracts/parsed-file.ts'
import { CairnError, CancelledError, FileError } from '../errors.ts'
import { takeOut } from '../take-out.ts'
import { createProgressMemory, readProgress } from './batch-progress.ts'
import type { ParseBatch, ParseOutcome, WorkerOptions } from './parse-batch.ts'

/** Options of {@link createParsePool}. */
export interface ParsePoolOptions {
  readonly threads: number
  /** Milliseconds that one file may take. */
  readonly timeLimitMs: number
  /** Megabytes of JavaScript heap of a thread; the parser's own memory comes on top. */
  readonly maxHeapMb: number
  readonly worker: WorkerOptions
}

/** A file to parse. */
export interface ParseRequest {
  readonly path: string
  readonly language: string
  readonly bytes: Uint8Array
}

/** A part of a pool, whose files come in turn with those of the others. */
export interface ParseShare {
  parse(request: ParseRequest, signal: AbortSignal | undefined): Promise<EncodedFile>
  /** Has at most so many threads work for it from now on. */
  limitThreads(threads: number): void
}

/** Worker threads that parse files. */
export interface ParsePool {
  share(): ParseShare
  /** Ends the threads if none of them works; the next file starts others. */
  rest(): Promise<void>
  close(): Promise<void>
}

interface Job extends ParseRequest {
  readonly resolve: (file: EncodedFile) => void
  readonly reject: (error: unknown) => void
  /** Whether a worker died while it was at this file. */
  isSuspect: boolean
  /** Batches that this file was the first of, and that no worker began. */
  failedStarts: number
  isSettled: boolean
}

/** Files of one share that wait for a thread. */
interface Line {
  readonly jobs: Job[]
  mostThreads: number
}

interface FlyingBatch {
  readonly line: Line
  readonly jobs: readonly Job[]
  readonly progress: SharedArrayBuffer
  readonly abort: AbortController
  /** Rejects the run; needed where the pool itself would never say that its worker died. */
  readonly fail: (error: Error) => void
  /** Resolves when its thread is through with it or is being ended. */
  ended: Promise<void>
}

const maxBatchFiles = 16
const maxBatchBytes = 128 * 1024
// Loading a grammar compiles megabytes of WebAssembly and is no fault of the file.
const loadLimitMs = 30_000
const idleTimeoutMs = 2_000
// As many as threads that die together may take with them of those that start in their place, and one more.
const mostFailedStarts = 3
// The default of 48 MB a thread buys 5 % of time.
const maxYoungGenerationSizeMb = 8

// From source, the worker is TypeScript too and runs as it is.
const isSource = import.meta.url.endsWith('.ts')
const workerUrl = new URL(isSource ? './parse.worker.ts' : './parse.worker.js', import.meta.url)
const sourceArguments = ['--conditions=@cairn/source', '--disable-warning=ExperimentalWarning']

/**
 * Starts threads when there is work and ends them when there is none. Files go to a thread in small
 * batches; a thread that hangs or dies costs the file it was at, the others of its batch are parsed
 * again.
 */
export function createParsePool(options: ParsePoolOptions): ParsePool {
  /** Lines in which a file waits; the one whose turn it was last is the last. */
  const lines = new Set<Line>()
  const flying: FlyingBatch[] = []
  let isClosed = false

  const pool = new Tinypool({
    filename: workerUrl.href,
    name: 'parseBatch',
    minThreads: 0,
    maxThreads: options.threads,
    idleTimeout: idleTimeoutMs,
    workerData: options.worker,
    execArgv: isSource ? sourceArguments : [],
    resourceLimits: {
      maxOldGenerationSizeMb: options.maxHeapMb,
      maxYoungGenerationSizeMb,
    },
  })
  // A thread that dies before its first file is reported here and nowhere else. So is what a dead one still says, of
  // which no batch in flight is to blame: those that no worker began are begun again.
  pool.on('error', (error: Error) => {
    for (const batch of [...flying]) if (readProgress(batch.progress).file === -1) batch.fail(error)
  })

  const settle = (job: Job, outcome: ParseOutcome): void => {
    if (outcome.kind === 'parsed') {
      finish(job, () => job.resolve(outcome.file))
    } else if (outcome.code === 'GRAMMAR_INVALID') {
      finish(job, () => job.reject(new CairnError(outcome.code, outcome.message)))
    } else {
      const message = `${job.path} could not be parsed: ${outcome.message}`
      finish(job, () => job.reject(new FileError(outcome.code, message)))
    }
  }

  const dispatch = (): void => {
    while (!isClosed) {
      const line = [...lines].find((each) => freeThreads(each) > 0)
      if (!line) return
      const batch = takeBatch(line.jobs, freeThreads(line))
      lines.delete(line)
      if (line.jobs.length > 0) lines.add(line)
      run(line, batch)
    }
  }

  const freeThreads = (line: Line): number => {
    const own = flying.filter((batch) => batch.line === line).length
    return Math.min(options.threads - flying.length, line.mostThreads - own)
  }

  const takeBatch = (queue: Job[], threads: number): Job[] => {
    const limit = Math.min(maxBatchFiles, Math.ceil(queue.length / threads))
    const batch: Job[] = []
    let size = 0
    while (batch.length < limit) {
      const job = queue[0]
      if (job === undefined) break
      // A suspect goes alone, so that what it does again harms no other.
      const fits = size + job.bytes.byteLength <= maxBatchBytes && !job.isSuspect
      if (batch.length > 0 && !fits) break
      queue.shift()
      batch.push(job)
      size += job.bytes.byteLength
      if (job.isSuspect) break
    }
    return batch
  }

  const run = (line: Line, jobs: readonly Job[]): void => {
    const abort = new AbortController()
    const message = packBatch(jobs)
    let timer: NodeJS.Timeout | undefined
    let timedOut = -1
    const watch = (delayMs: number): void => {
      timer = setTimeout(() => {
        const { file, elapsedMs, isReady } = readProgress(message.progress)
        const limitMs = isReady ? options.timeLimitMs : Math.max(options.timeLimitMs, loadLimitMs)
        if (file === -1 || elapsedMs < limitMs) {
          // While the thread starts or loads, its first file may begin at any time.
          watch(isReady ? Math.max(1, limitMs - elapsedMs) : options.timeLimitMs)
        } else {
          timedOut = file
          abort.abort()
        }
      }, delayMs)
      timer.unref()
    }
    watch(options.timeLimitMs)

    const work = new Promise<ParseOutcome[]>((resolve, reject) => {
      const { progress } = message
      const fail = (error: Error): void => {
        // The pool keeps what waits for the dead thread until it is taken back, and would never run it.
        takeOut(flying, batch)
        reject(error)
        abort.abort()
      }
      const batch: FlyingBatch = { line, jobs, progress, abort, fail, ended: Promise.resolve() }
      flying.push(batch)
      batch.ended = pool
        .run(message, { signal: abort.signal, transferList: [message.bytes.buffer] })
        .then(resolve, reject)
        .finally(() => void takeOut(flying, batch))
    })
    work
      .then(
        (outcomes) => {
          // Taken out, as the pool's own table of tasks may hold on to the array for long (docs/decisions/0025).
          for (const [index, outcome] of outcomes.splice(0).entries()) {
            const job = jobs[index]
            if (job !== undefined) settle(job, outcome)
          }
        },
        (error: unknown) =>
          recover(line, jobs, timedOut, readProgress(message.progress).file, error),
      )
      .finally(() => {
        clearTimeout(timer)
        dispatch()
      })
  }

  /** Ends threads that are at files which nobody waits for any more. */
  const abandon = (): void => {
    for (const { jobs, abort } of [...flying]) if (jobs.every((job) => job.isSettled)) abort.abort()
  }

  const recover = (
    line: Line,
    jobs: readonly Job[],
    timedOut: number,
    at: number,
    error: unknown,
  ): void => {
    if (isClosed) {
      for (const job of jobs) finish(job, () => job.reject(closedError()))
      return
    }
    const again: Job[] = []
    for (const [index, job] of jobs.entries()) {
      if (index === timedOut) {
        const message = `Parsing ${job.path} took longer than ${options.timeLimitMs} ms.`
        finish(job, () => job.reject(new FileError('PARSE_TIMEOUT', message)))
      } else if (timedOut === -1 && index === Math.max(0, at)) {
        const isGivenUp = at === -1 ? ++job.failedStarts === mostFailedStarts : job.isSuspect
        if (isGivenUp) {
          const message = `The parsing worker died on ${job.path}.`
          finish(job, () => job.reject(new FileError('PARSE_CRASHED', message, { cause: error })))
        } else {
          job.isSuspect ||= at !== -1
          again.push(job)
        }
      } else {
        again.push(job)
      }
    }
    line.jobs.unshift(...again.filter((job) => !job.isSettled))
    if (line.jobs.length > 0) lines.add(line)
  }

  const enter = (
    line: Line,
    request: ParseRequest,
    signal: AbortSignal | undefined,
  ): Promise<EncodedFile> => {
    if (isClosed) return Promise.reject(closedError())
    if (signal?.aborted === true) return Promise.reject(cancelledError(signal))
    return new Promise((resolve, reject) => {
      const leave = onAbort(signal, () => {
        const index = line.jobs.indexOf(job)
        if (index !== -1) line.jobs.splice(index, 1)
        if (line.jobs.length === 0) lines.delete(line)
        finish(job, () => job.reject(cancelledError(signal)))
        abandon()
      })
      const job: Job = {
        ...request,
        isSuspect: false,
        failedStarts: 0,
        isSettled: false,
        resolve(file) {
          leave()
          resolve(file)
        },
        reject(error) {
          leave()
          reject(error)
        },
      }
      line.jobs.push(job)
      lines.add(line)
      // Calls of the same turn make one batch.
      if (line.jobs.length === 1) queueMicrotask(dispatch)
    })
  }

  return {
    share() {
      const line: Line = { jobs: [], mostThreads: options.threads }
      return {
        parse: (request, signal) => enter(line, request, signal),
        limitThreads(threads) {
          line.mostThreads = Math.max(1, threads)
          dispatch()
        },
      }
    },
    async rest() {
      const abandoned = flying.filter(({ abort }) => abort.signal.aborted)
      await Promise.all(abandoned.map(({ ended }) => ended))
      if (!isClosed && lines.size === 0 && flying.length === 0) await pool.recycleWorkers()
    },
    async close() {
      isClosed = true
      for (const { jobs } of lines) {
        for (const job of jobs.splice(0)) finish(job, () => job.reject(closedError()))
      }
      for (const batch of [...flying]) batch.abort.abort()
      await pool.destroy()
    },
  }
}

function finish(job: Job, settle: () => void): void {
  if (job.isSettled) return
  job.isSettled = true
  settle()
}

function packBatch(jobs: readonly Job[]): ParseBatch & { readonly bytes: Uint8Array<ArrayBuffer> } {
  const bytes = new Uint8Array(jobs.reduce((sum, job) => sum + job.bytes.byteLength, 0))
  let start = 0
  const files = jobs.map((job) => {
    bytes.set(job.bytes, start)
    const file = { language: job.language, start, end: start + job.bytes.byteLength }
    start = file.end
    return file
  })
  return { bytes, files, progress: createProgressMemory() }
}

function closedError(): CairnError {
  return new CairnError('CLOSED', 'The parser is closed.')
}

function cancelledError(signal: AbortSignal | undefined): CancelledError {
  return new CancelledError('Parsing was cancelled.', { cause: signal?.reason })
}
