import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { InFlight } from '@cairn/core/in-flight'
import type { ServerStores } from './server-stores.ts'

/** What a run does that another run could have to do again. */
export interface Work {
  /** Files that were given to the parsers. */
  files: number
  /** Texts that were given to the embedder. */
  texts: number
  /** Nodes and edges that were given to the graph store, and files or vectors to the vector store. */
  rows: number
}

/** Where a process breaks something of itself, or cancels its run: at a call or at an event. */
export interface BreakPoint {
  readonly break: 'process' | 'store thread' | 'pool thread' | 'clock' | 'cancel'
  /** As in `spool.write`; with {@link nth} and {@link when}. */
  readonly call?: string
  readonly nth?: number
  /** `during`: while whoever was called is at it. */
  readonly when?: 'before' | 'during' | 'after'
  /** Type of an event; with {@link stage} where it has one. */
  readonly event?: string
  readonly stage?: string
  /** How far the clock jumps. */
  readonly jumpMs?: number
}

/** What a process of `indexing-process.ts` is told. */
export interface Assignment {
  /** The repository. */
  readonly path: string
  /** Folder of the store. */
  readonly data: string
  /** The remote that the repository is cloned from, in the place of {@link path}; null: none. */
  readonly url: string | null
  /** The task to go on with; null: a new one. */
  readonly resume: string | null
  readonly breaks: readonly BreakPoint[]
  /** What is searched for before anything else is done. */
  readonly queries: readonly string[]
  /** Texts of a batch; null: as the embedder asks for. */
  readonly batchSize: number | null
  /** Stores beside the embedded one, in the place of its own. */
  readonly stores: ServerStores | null
  /** Most bytes of the store; null: no limit. */
  readonly maxBytes: number | null
  /** After a run that completed, the tasks that ended so long ago are dropped; null: none. */
  readonly dropTasksOlderThanHours: number | null
}

/** What a process said until it ended. */
export interface ProcessReport {
  readonly signal: NodeJS.Signals | null
  readonly exitCode: number | null
  readonly taskId: string | null
  readonly work: Readonly<Work>
  /** What of its work may be on its way at one time; null: it did not come to say so. */
  readonly inFlight: InFlight | null
  /** How often each call was made; of a process that came to its end. */
  readonly calls: Readonly<Record<string, number>>
  /** By query; the hits as text, in an order of their own. */
  readonly hits: Readonly<Record<string, readonly string[]>>
  /** Milliseconds from the first line of the process to the start of the first stage of the run. */
  readonly begunAfterMs: number | null
  /** Milliseconds from there to the first file, text or row; null: there was none. */
  readonly atWorkAfterMs: number | null
  /** Milliseconds of processor time that it took till then, in all threads. */
  readonly atWorkCpuMs: number | null
  readonly completed: boolean
  readonly durationSeconds: number | null
  readonly error: { code: string; message: string; recoverable: boolean } | null
  /** Milliseconds from the call of `cancel` to the end of the run; null: it was not cancelled. */
  readonly cancelledAfterMs: number | null
  /** Files, texts and rows that were begun after the run had ended. */
  readonly workAfterEnd: number
  /** Threads that were ended in it; null: nothing was broken but the process. */
  readonly ended: number | null
  /** From `spawn` to the end. */
  readonly wallMs: number
}

/** A process that indexes. */
export interface StartedProcess {
  readonly child: ChildProcess
  readonly ended: Promise<ProcessReport>
}

/** Starts a process with nothing to break, on the packages' source. */
export function startProcess(
  assignment: Pick<Assignment, 'path' | 'data'> & Partial<Assignment>,
  signal: AbortSignal,
): StartedProcess {
  const full: Assignment = {
    url: null,
    resume: null,
    breaks: [],
    queries: [],
    batchSize: null,
    stores: null,
    maxBytes: null,
    dropTasksOlderThanHours: null,
    ...assignment,
  }
  const child = spawn(
    process.execPath,
    [
      '--conditions=@cairn/source',
      '--disable-warning=ExperimentalWarning',
      join(import.meta.dirname, 'indexing-process.ts'),
      JSON.stringify(full),
    ],
    {
      // A word through the channel cancels the run.
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      signal,
      killSignal: 'SIGKILL',
      // The same source is loaded again and again; this is the folder that Node itself would choose.
      env: { NODE_COMPILE_CACHE: join(tmpdir(), 'node-compile-cache'), ...process.env },
    },
  )
  return { child, ended: readReport(child) }
}

async function readReport(child: ChildProcess): Promise<ProcessReport> {
  const startedMs = performance.now()
  const said: Partial<ProcessReport> = {}
  let problems = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    problems += text
  })
  if (child.stdout) {
    createInterface({ input: child.stdout }).on('line', (line) => {
      // The last line of a process that was killed may be half a line.
      if (line.endsWith('}')) Object.assign(said, JSON.parse(line))
    })
  }
  const [exitCode, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  if (signal === null && exitCode !== 0) {
    throw new Error(`The process that indexes ended with exit code ${exitCode}:\n${problems}`)
  }
  return {
    taskId: null,
    work: { files: 0, texts: 0, rows: 0 },
    inFlight: null,
    calls: {},
    hits: {},
    begunAfterMs: null,
    atWorkAfterMs: null,
    atWorkCpuMs: null,
    completed: false,
    durationSeconds: null,
    error: null,
    cancelledAfterMs: null,
    workAfterEnd: 0,
    ended: null,
    ...said,
    signal,
    exitCode,
    wallMs: performance.now() - startedMs,
  }
}
