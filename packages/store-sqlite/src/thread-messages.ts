import type { ErrorCode } from '@cairn/protocol'
import type { CallableMethods } from './engine/methods.ts'
import type { EngineOptions } from './options.ts'

/** What a thread is started with. */
export interface ThreadStart {
  readonly role: 'reader' | 'writer'
  readonly options: EngineOptions
}

/** An error as it crosses between threads, where classes do not. */
export interface ThreadError {
  readonly code: ErrorCode
  readonly message: string
  readonly recoverable: boolean
  readonly cause: {
    name: string
    message: string
    code: string | null
    stack: string | null
  } | null
}

/** What a call gives back: errors are answers, so that they keep their shape. */
export type Answer<T> = { readonly value: T } | { readonly error: ThreadError }

/** Every function of a thread. */
export type ThreadFunctions = {
  [Name in keyof CallableMethods]: CallableMethods[Name] extends (
    ...values: infer Values
  ) => Promise<infer Result>
    ? (...values: Values) => Promise<Answer<Result>>
    : never
} & {
  acquire: () => Promise<Answer<undefined>>
  endAbandoned: () => Promise<Answer<undefined>>
  close: () => Promise<Answer<undefined>>
}

/** The blocks of bytes in a message that change hands instead of being copied. */
export function transferables(message: unknown, depth = 0): ArrayBuffer[] {
  if (message instanceof ArrayBuffer) return [message]
  // They stand near the top of a message: what lies deeper is plain data.
  if (depth > 3 || typeof message !== 'object' || message === null) return []
  if (ArrayBuffer.isView(message)) return []
  // All of a list of them, and none of any other: those are long.
  if (Array.isArray(message) && depth > 1 && !(message[0] instanceof ArrayBuffer)) return []
  return Object.values(message).flatMap((value) => transferables(value, depth + 1))
}
