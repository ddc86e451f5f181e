import { setImmediate } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import { releaseMemory } from '@cairn/core/release-memory'
import { createBirpc } from 'birpc'
import type { EngineOptions } from '../options.ts'
import {
  type Answer,
  type ThreadError,
  type ThreadStart,
  transferables,
} from '../thread-messages.ts'
import { chooseDriver } from './choose-driver.ts'
import type { Engine } from './engine.ts'
import { type Fault, toFault } from './fault.ts'
import { type Mode, methods } from './methods.ts'
import { createReader, type Reader } from './reader.ts'
import { createWriteGroup } from './write-group.ts'
import { createWriter, type Writer } from './writer.ts'

// The entry of both threads. Functions run one after the other, in the order they were asked.

type Work = (engine: Engine) => unknown

const port = parentPort
if (port === null) throw new Error('This module runs in a worker thread only.')
const start: ThreadStart = workerData

const functions: Record<string, (...values: unknown[]) => Promise<Answer<unknown>>> = {}
const side = openSide(start)
// Every call tells why it failed; without one nobody is there to be told.
side.catch(() => {})
for (const [name, mode] of Object.entries(methods)) {
  functions[name] = async (...values) => {
    try {
      return await answer(start.options, async () => (await side).run(mode, workOf(name, values)))
    } finally {
      // What changed hands is nobody else's, and no function of the engine keeps it.
      releaseMemory(transferables(values, 1).map((block) => new Uint8Array(block)))
    }
  }
}
functions.acquire = () => answer(start.options, async () => (await side).acquire())
functions.endAbandoned = () => answer(start.options, async () => (await side).endAbandoned())
functions.close = () => answer(start.options, async () => (await side).close())

createBirpc(functions, {
  post: (message) => port.postMessage(message, transferables(message)),
  on: (listener) => port.on('message', listener),
  // An answer that cannot be cloned is told to the caller instead of ending the thread.
  onGeneralError: () => true,
})

interface Side {
  run(mode: Mode, work: Work): unknown
  acquire(): void
  endAbandoned(): void
  close(): void | Promise<void>
}

async function openSide({ role, options }: ThreadStart): Promise<Side> {
  const driver = await chooseDriver(options.driver)
  return role === 'writer'
    ? writingSide(createWriter(driver, options))
    : readingSide(createReader(driver, options))
}

function readingSide(reader: Reader): Side {
  const refuse = (): never => {
    throw new Error('The reading thread cannot become the writer.')
  }
  return {
    run: (_, work) => reader.read(work),
    acquire: refuse,
    endAbandoned: refuse,
    close: () => reader.close(),
  }
}

function writingSide(writer: Writer): Side {
  const writes = createWriteGroup((works) => writer.writeTogether(works))
  return {
    run(mode, work) {
      if (mode === 'write' || mode === 'record') {
        return writes.add({ run: work, mayUseReserve: mode === 'record' })
      }
      // Whoever comes later sees what was asked before.
      writes.flush()
      if (mode === 'bare') return writer.bare(work)
      return mode === 'steps'
        ? writer.writeInSteps((engine) => work(engine) as Generator<undefined>)
        : writer.read(work)
    },
    acquire: () => writer.acquire(),
    endAbandoned: () => writer.endAbandoned(),
    async close() {
      writes.flush()
      // The answers to these go out before the one that ends the thread.
      await setImmediate()
      writer.close()
    },
  }
}

/** The engine's function of a full name, bound to what it is called with. */
function workOf(name: string, values: readonly unknown[]): Work {
  const [part, key] = name.split('.')
  return (engine) => {
    const functionsOf = new Map<string, object>(Object.entries(engine)).get(part ?? '')
    const called: unknown = functionsOf && Reflect.get(functionsOf, key ?? '')
    if (typeof called !== 'function') throw new Error(`The engine has no function ${name}.`)
    return called(...values)
  }
}

async function answer(
  options: EngineOptions,
  work: () => Promise<unknown>,
): Promise<Answer<unknown>> {
  try {
    return { value: await work() }
  } catch (error) {
    return { error: toThreadError(toFault(error, options.path)) }
  }
}

function toThreadError(fault: Fault): ThreadError {
  const { code, message, recoverable, cause } = fault
  return {
    code,
    message,
    recoverable,
    cause:
      cause instanceof Error
        ? {
            name: cause.name,
            message: cause.message,
            code: 'code' in cause && typeof cause.code === 'string' ? cause.code : null,
            stack: cause.stack ?? null,
          }
        : null,
  }
}
