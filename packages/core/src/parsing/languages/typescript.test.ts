import { expect, it } from 'vitest'
import { fileIndexOf } from '../fixtures/file-index.ts'
import { builtin, outlineOf, parseSource } from '../fixtures/parse-source.ts'

const source = `import type { Options } from './options.js'
import EventEmitter, { once, type Listener as Handler } from 'node:events'
import * as path from 'node:path'
import './polyfill.js'
import legacy = require('./legacy.cjs')
export { parse, stringify as print } from './codec.ts'
export * from './errors.ts'
export * as wire from './wire.ts'

/** Milliseconds to wait. */
export const timeoutMs = 1_000
const hidden = 1

/**
 * Talks to one server.
 * Reconnects.
 */
@Injectable()
export abstract class Session<T> extends EventEmitter implements Closable, net.Peer<T> {
  static #count = 0
  readonly url: string
  private cache = new Map<string, T>()

  constructor(url: string) {
    super()
    this.url = path.join(url, '/')
  }

  /** Sends a message. */
  @Log()
  public async send(message: T): Promise<void> {
    await this.transport?.write(stringify(message))
    this.emit('sent')
    once(this, 'drain').then(() => new Timer(timeoutMs))
  }

  protected abstract reconnect(): void

  get size(): number {
    return this.cache.size
  }

  onClose = (): void => {
    legacy.cleanup<T>(this)
  }
}

export interface Closable extends Disposable, base.Named<string> {
  /** Ends it. */
  close(): void
  readonly closed: boolean
}

export type Message = { id: string }

export enum State {
  Open,
  Closed = 'closed',
}

export const handler: Handler = async (event) => {
  const local = () => event
  await import('./lazy.ts')
  return local()
}

function helper(): void
function helper(a?: string): void {
  format(a)
}

namespace Deep.Space {
  export const x = 1
  export function f() {}
}

declare module 'other' {
  export function g(): void
}

export { hidden as shown, helper }
export default Session
`

it('reads definitions, imports, calls and inheritance of TypeScript', async () => {
  const file = await parseSource(source, builtin('typescript'))
  expect(file.syntaxErrors).toBe(0)
  expect(file.packageName).toBe(null)
  expect(outlineOf(file)).toEqual({
    symbols: [
      '+ constant timeoutMs 11-11',
      '+ constant hidden 12-12',
      '+ class Session 19-46',
      '- property Session.#count 20-20',
      '+ property Session.url 21-21',
      '- property Session.cache 22-22',
      '+ constructor Session.constructor 24-27',
      '+ method Session.send 31-35',
      '- method Session.reconnect 37-37',
      '+ method Session.size 39-41',
      '+ method Session.onClose 43-45',
      '+ interface Closable 48-52',
      '+ method Closable.close 50-50',
      '+ property Closable.closed 51-51',
      '+ type Message 54-54',
      '+ enum State 56-59',
      '+ function handler 61-65',
      '- function handler.local 62-62',
      '+ function helper 67-67',
      '+ function helper 68-70',
      '- namespace Deep.Space 72-75',
      '- function Deep.Space.f 74-74',
      '+ function g 78-78',
    ],
    imports: [
      './options.js Options Options',
      'node:events default EventEmitter',
      'node:events once once',
      'node:events Listener Handler',
      'node:path * path',
      './polyfill.js . .',
      './legacy.cjs * legacy',
      './codec.ts parse parse again',
      './codec.ts stringify print again',
      './errors.ts * . again',
      './wire.ts * wire again',
      './lazy.ts . .',
    ],
    heritage: [
      'Session extends EventEmitter',
      'Session implements Closable',
      'Session implements net Peer',
      'Closable extends Disposable',
      'Closable extends base Named',
    ],
    calls: [
      '(top) > Injectable',
      'Session.cache > Map',
      'Session.constructor > path join',
      'Session > Log',
      'Session.send > this.transport write',
      'Session.send > stringify',
      'Session.send > this emit',
      'Session.send > once',
      'Session.send > ? then',
      'Session.send > Timer',
      'Session.onClose > legacy cleanup',
      'handler > local',
      'helper > format',
    ],
    chunks: [
      '1-12',
      '14-22 class Session',
      '24-27 class Session › constructor',
      '29-35 class Session › method send',
      '37-37 class Session › method reconnect',
      '39-41 class Session › method size',
      '43-46 class Session › method onClose',
      '48-52 interface Closable',
      '54-54 type Message',
      '56-59 enum State',
      '61-65 function handler',
      '67-70 function helper',
      '72-75 namespace Deep.Space',
      '77-82',
    ],
  })
  expect(
    file.symbols.flatMap(({ symbolPath, summary }) =>
      summary === null ? [] : [`${symbolPath}: ${summary}`],
    ),
  ).toEqual([
    'timeoutMs: Milliseconds to wait.',
    'Session: Talks to one server.',
    'Session.send: Sends a message.',
    'Closable.close: Ends it.',
  ])
})

it('finds the files that an import of TypeScript means', () => {
  const files = fileIndexOf(
    'src/a.ts',
    'src/b.tsx',
    'src/c/index.ts',
    'src/d.d.ts',
    'src/e.js',
    'f.mts',
    'src/data.json',
  )
  const resolve = (specifier: string, from: string): readonly string[] | undefined =>
    builtin('typescript').resolveModule?.(specifier, from, files)
  expect(resolve('./a.js', 'src/x.ts')).toEqual(['src/a.ts'])
  expect(resolve('./a', 'src/x.ts')).toEqual(['src/a.ts'])
  expect(resolve('./b.js', 'src/x.ts')).toEqual(['src/b.tsx'])
  expect(resolve('../src/c', 'src/x.ts')).toEqual(['src/c/index.ts'])
  expect(resolve('.', 'src/c/x.ts')).toEqual(['src/c/index.ts'])
  expect(resolve('./d', 'src/x.ts')).toEqual(['src/d.d.ts'])
  expect(resolve('./e.js', 'src/x.ts')).toEqual(['src/e.js'])
  expect(resolve('../f.mjs', 'src/x.ts')).toEqual(['f.mts'])
  expect(resolve('./data.json?raw', 'src/x.ts')).toEqual(['src/data.json'])
  expect(resolve('./missing.js', 'src/x.ts')).toEqual([])
  expect(resolve('../../outside.js', 'src/x.ts')).toEqual([])
  expect(resolve('a', 'src/x.ts')).toEqual([])
})
