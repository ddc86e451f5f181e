import { Worker } from 'node:worker_threads'
import { onAbort } from '../abortable.ts'
import type { Spool, SpooledFile, SpooledSurface } from '../contracts/journal.ts'
import { CairnError, StoreError } from '../errors.ts'
import type { MemoryGate, ThreadHeap } from '../memory-gate.ts'
import type { BuiltGraph, GraphMaker } from './build-graphs.ts'
import type { FromGraphThread, GraphThreadStart, ToGraphThread } from './graph-thread-messages.ts'

/** A thread that builds graphs; it runs until it is closed. */
export interface GraphThread {
  readonly build: GraphMaker
  close(): Promise<void>
}

/** Megabytes of heap for a page of files and what they import: with so many it works, and takes no more. */
const [leastHeapMb, mostHeapMb] = [64, 512]
/** What each file of the repository takes: its path, by its parts, and its version. */
const heapBytesPerFile = 600
// Holds what a page of files is made of, which is short-lived: with less it is taken for long-lived. Where
// memory is limited that is the smaller evil.
const [leastYoungMb, mostYoungMb] = [6, 24]

// From source, the worker is TypeScript too and runs as it is.
const isSource = import.meta.url.endsWith('.ts')
const workerUrl = new URL(isSource ? './graph.worker.ts' : './graph.worker.js', import.meta.url)
const sourceArguments = ['--conditions=@cairn/source', '--disable-warning=ExperimentalWarning']

/** The build that is under way. */
interface Build {
  readonly paths: readonly string[]
  resolve(graphs: BuiltGraph[]): void
  reject(error: unknown): void
}

/** What a thread needs of the host. */
export interface GraphThreadOptions {
  readonly start: GraphThreadStart
  readonly surfaces: Spool['surfaces']
  readonly memory: Pick<MemoryGate, 'heap'>
}

/** Starts the thread. It asks for surfaces as it needs them: they pass through as bytes. */
export function createGraphThread({ start, surfaces, memory }: GraphThreadOptions): GraphThread {
  const filesMb = (start.paths.length * heapBytesPerFile) / 1_000_000
  const heap = memory.heap({ leastMb: leastHeapMb + filesMb, mostMb: mostHeapMb + filesMb })
  const youngMb = (mostYoungMb * heap.megabytes) / mostHeapMb
  const worker = new Worker(workerUrl, {
    name: 'cairn-graph',
    workerData: start,
    resourceLimits: {
      maxOldGenerationSizeMb: heap.megabytes,
      maxYoungGenerationSizeMb: Math.round(Math.max(leastYoungMb, Math.min(mostYoungMb, youngMb))),
    },
    execArgv: isSource ? sourceArguments : [],
  })
  let current: Build | null = null
  let ended: CairnError | null = null

  const end = (error: CairnError): void => {
    ended ??= error
    current?.reject(ended)
  }
  const say = (message: ToGraphThread): void => {
    const files = message.kind === 'build' ? message.files : message.surfaces
    worker.postMessage(message, buffersOf(files))
  }
  const relay = async (versions: readonly string[]): Promise<void> => {
    const asking = current
    try {
      say({ kind: 'surfaces', surfaces: await surfaces(versions) })
    } catch (error) {
      asking?.reject(error)
    }
  }

  worker.on('message', (message: FromGraphThread) => {
    if (message.kind === 'wanted') void relay(message.versions)
    else if (message.kind === 'built') current?.resolve([...message.graphs])
    else current?.reject(toError(message.error))
  })
  worker.on('error', (cause) => {
    const isOutOfMemory = 'code' in cause && cause.code === 'ERR_WORKER_OUT_OF_MEMORY'
    end(isOutOfMemory ? outOfMemory(current?.paths ?? [], heap, cause) : diedError(cause))
  })
  worker.on('exit', (code) => end(diedError(new Error(`It ended with exit code ${code}.`))))

  return {
    build: async (files, { withNodes, signal }) => {
      signal?.throwIfAborted()
      if (ended) throw ended
      const leave = onAbort(signal, () => current?.reject(signal?.reason))
      try {
        return await new Promise<BuiltGraph[]>((resolve, reject) => {
          current = { resolve, reject, paths: files.map(({ path }) => path) }
          say({ kind: 'build', files, withNodes })
        })
      } finally {
        current = null
        leave()
      }
    },
    async close() {
      end(new CairnError('CLOSED', 'The thread that resolves the graph was closed.'))
      await worker.terminate()
    },
  }
}

/** Each once: the answers of a journal may share a buffer. */
function buffersOf(files: readonly (SpooledSurface | SpooledFile)[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>()
  for (const file of files) {
    buffers.add(file.surface.buffer)
    if ('uses' in file) buffers.add(file.uses.buffer)
  }
  return [...buffers]
}

function diedError(cause: unknown): CairnError {
  return new CairnError(
    'INTERNAL',
    'The thread that resolves the graph ended unexpectedly. What was written stays; resume the task to go on.',
    { recoverable: true, cause },
  )
}

function outOfMemory(paths: readonly string[], heap: ThreadHeap, cause: unknown): CairnError {
  const [first, last] = [paths[0], paths.at(-1)]
  const files = first === last ? first : `${paths.length} files, ${first} to ${last},`
  return new CairnError('MEMORY_LIMIT', heap.tooSmallFor(`To resolve the edges of ${files}`), {
    cause,
  })
}

function toError({
  code,
  message,
  stack,
}: Extract<FromGraphThread, { kind: 'failed' }>['error']): CairnError {
  const cause = new Error(message)
  cause.stack = stack
  return code.startsWith('STORE_')
    ? new StoreError(code, message, { cause })
    : new CairnError(code, message, { cause })
}
