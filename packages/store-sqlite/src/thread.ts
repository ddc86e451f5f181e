import { Worker } from 'node:worker_threads'
import { CairnError, InvalidOptionsError, StoreError } from '@cairn/core'
import { type BirpcReturn, createBirpc } from 'birpc'
import type { CallableMethods, CallableName } from './engine/methods.ts'
import {
  type Answer,
  type ThreadError,
  type ThreadFunctions,
  type ThreadStart,
  transferables,
} from './thread-messages.ts'

/** A thread of the engine, as the host sees it. */
export interface Thread {
  /** Calls a function of the engine. @throws StoreError or InvalidOptionsError. */
  call<Name extends CallableName>(
    name: Name,
    ...values: Parameters<CallableMethods[Name]>
  ): ReturnType<CallableMethods[Name]>
  acquire(): Promise<void>
  endAbandoned(): Promise<void>
  /** Starts the thread ahead of its first call. */
  start(): void
  /** Waits for what was asked before, then ends the thread. */
  close(): Promise<void>
}

interface Running {
  readonly worker: Worker
  readonly remote: BirpcReturn<ThreadFunctions, Record<string, never>>
}

// Rows are short-lived and many: the default of 48 MB buys little time for its memory.
const maxYoungGenerationSizeMb = 8

/**
 * A worker thread that starts with the first call, keeps the process alive only while something is
 * asked of it, and is replaced if it dies.
 */
export function createThread(start: ThreadStart): Thread {
  let running: Running | null = null
  let pending = 0
  let closing: Promise<void> | null = null

  const spawn = (): Running => {
    const isSource = import.meta.url.endsWith('.ts')
    const worker = new Worker(
      new URL(
        isSource ? './engine/engine.worker.ts' : './engine/engine.worker.js',
        import.meta.url,
      ),
      {
        workerData: start,
        resourceLimits: { maxYoungGenerationSizeMb },
        name: `cairn-sqlite-${start.role}`,
        execArgv: [
          // Deno has nothing to warn of, and starts no thread with a flag that it does not know.
          ...('deno' in process.versions ? [] : ['--disable-warning=ExperimentalWarning']),
          ...(isSource ? ['--conditions=@cairn/source'] : []),
        ],
      },
    )
    const remote = createBirpc<ThreadFunctions, Record<string, never>>(
      {},
      {
        post: (message) => worker.postMessage(message, transferables(message)),
        on: (listener) => worker.on('message', listener),
        timeout: -1,
      },
    )
    const spawned: Running = { worker, remote }
    const onEnd = (cause: unknown): void => {
      if (running === spawned) running = null
      remote.$close(
        new StoreError(
          'STORE_FAILED',
          `The thread that works on the store ${start.options.path} ended unexpectedly. What was asked may not have been done; try again.`,
          { recoverable: true, cause },
        ),
      )
    }
    worker.on('error', onEnd)
    worker.on('exit', (code) => onEnd(new Error(`The thread ended with exit code ${code}.`)))
    worker.unref()
    return spawned
  }

  const request = async <T>(
    question: (remote: Running['remote']) => Promise<Answer<T>>,
  ): Promise<T> => {
    running ??= spawn()
    const { worker, remote } = running
    pending += 1
    worker.ref()
    try {
      const answer = await question(remote)
      if ('error' in answer) throw toError(answer.error)
      const { value } = answer
      // The table of calls may hold on to the answer for long (docs/decisions/0025), but then to an empty one.
      Reflect.deleteProperty(answer, 'value')
      return value
    } catch (error) {
      if (CairnError.isInstance(error)) throw error
      throw new StoreError('STORE_FAILED', `The store ${start.options.path} failed.`, {
        cause: error,
      })
    } finally {
      pending -= 1
      if (pending === 0) worker.unref()
    }
  }

  const ask: typeof request = async (question) => {
    if (closing) throw new StoreError('CLOSED', `The store ${start.options.path} is closed.`)
    return request(question)
  }

  const end = async (): Promise<void> => {
    if (!running) return
    const { worker } = running
    try {
      await request((remote) => remote.close())
    } finally {
      await worker.terminate()
    }
  }

  return {
    call: ((name: CallableName, ...values: unknown[]) =>
      ask((remote) =>
        (remote.$call as (method: string, ...values: unknown[]) => Promise<Answer<unknown>>)(
          name,
          ...values,
        ),
      )) as Thread['call'],
    acquire: () => ask((remote) => remote.acquire()),
    endAbandoned: () => ask((remote) => remote.endAbandoned()),
    start() {
      if (!closing) running ??= spawn()
    },
    close() {
      closing ??= end()
      return closing
    },
  }
}

function toError({ code, message, recoverable, cause }: ThreadError): CairnError {
  const options = { recoverable, ...(cause ? { cause: toCause(cause) } : {}) }
  return code === 'INVALID_OPTIONS'
    ? new InvalidOptionsError(message, options)
    : new StoreError(code, message, options)
}

function toCause({ name, message, code, stack }: NonNullable<ThreadError['cause']>): Error {
  const cause = new Error(message)
  cause.name = name
  if (stack !== null) cause.stack = stack
  return code === null ? cause : Object.assign(cause, { code })
}
