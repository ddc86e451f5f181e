import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { ModelPlan } from './open-model.ts'
import type { WorkerAnswer, WorkerRequest } from './worker-messages.ts'

/** Something beside this thread that runs `embed.worker.ts`: a thread, or a process. */
export interface ModelHost {
  /** Resolves when it has ended, to why, as far as that is known. */
  readonly ended: Promise<Error>
  onAnswer(listener: (answer: WorkerAnswer) => void): void
  send(request: WorkerRequest): void
  /** Whether it keeps the process alive. */
  setKeepsAlive(keepsAlive: boolean): void
  kill(): void
}

const isSource = import.meta.url.endsWith('.ts')
const file = new URL(`./embed.worker.${isSource ? 'ts' : 'js'}`, import.meta.url)
const execArgv = isSource
  ? ['--conditions=@cairn/source', '--disable-warning=ExperimentalWarning']
  : []
// Tokens are short-lived: with the usual limit the garbage of two workers takes 25 MB more.
const resourceLimits = { maxYoungGenerationSizeMb: 4 }
// What the runtime wrote to the console, which is not the host program's, tells why it died.
const keptMessageCharacters = 2000

/**
 * Starts what will hold the model. The ONNX Runtime 1.14 of `@xenova/transformers` keeps what belongs
 * to one thread in static variables, and corrupts the heap when a second thread loads it: it gets a
 * process of its own.
 */
export function startModelHost(plan: ModelPlan): ModelHost {
  return plan.runtime.name === '@xenova/transformers' ? startProcess(plan) : startThread(plan)
}

function startThread(plan: ModelPlan): ModelHost {
  const worker = new Worker(file, {
    workerData: plan,
    stdout: true,
    stderr: true,
    execArgv,
    resourceLimits,
  })
  let failure: Error | undefined
  worker.on('error', (error) => {
    failure = error instanceof Error ? error : new Error(String(error))
  })
  return {
    ended: new Promise((resolve) => {
      worker.once('exit', (code) => {
        // Not before: to read from a worker keeps the process alive.
        const messages = String(worker.stderr.read() ?? '')
        resolve(failure ?? endOf(messages, `code ${code}`))
      })
    }),
    onAnswer: (listener) => worker.on('message', listener),
    send: (request) => worker.postMessage(request),
    setKeepsAlive: (keepsAlive) => (keepsAlive ? worker.ref() : worker.unref()),
    kill: () => void worker.terminate(),
  }
}

function startProcess(plan: ModelPlan): ModelHost {
  const child = fork(fileURLToPath(file), {
    execArgv,
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  const { stderr } = child
  if (stderr === null) throw new Error('The process was started without its error output.')
  let messages = ''
  stderr.setEncoding('utf8').on('data', (text: string) => {
    messages = (messages + text).slice(-keptMessageCharacters)
  })
  let failure: Error | undefined
  child.on('error', (error) => {
    failure = error
  })
  const ended = new Promise<Error>((resolve) => {
    child.once('exit', (code, signal) => {
      resolve(failure ?? endOf(messages, signal ?? `code ${code}`))
    })
  })
  const send = (request: WorkerRequest): void => {
    // A process that has ended is seen by `ended`, which rejects what waits for it.
    if (child.connected) child.send(request, () => {})
  }
  send({ type: 'open', plan })
  return {
    ended,
    onAnswer: (listener) => child.on('message', (answer) => listener(answer as WorkerAnswer)),
    send,
    setKeepsAlive(keepsAlive) {
      const change = keepsAlive ? 'ref' : 'unref'
      child[change]()
      child.channel?.[change]()
      if ('unref' in stderr && 'ref' in stderr) (stderr as RefCounted)[change]()
    },
    kill: () => void child.kill('SIGKILL'),
  }
}

function endOf(messages: string, status: string): Error {
  return new Error(messages.trim().slice(-keptMessageCharacters) || `It ended with ${status}.`)
}

// A pipe is a socket, which the types of a child process do not say.
interface RefCounted {
  ref(): void
  unref(): void
}
