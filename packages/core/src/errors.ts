import type { ErrorCode, TerminalStatus } from '@cairn/protocol'

/** What every {@link CairnError} is made from. */
export interface CairnErrorOptions {
  /** Whether trying again later, without changing anything, may succeed. @default false */
  recoverable?: boolean
  /** The error or value this one was made from. */
  cause?: unknown
}

const marker = Symbol.for('cairn.error')

/**
 * An error that a caller may handle. `code` is stable; `message` is one sentence a person can act
 * on and never holds a credential.
 */
export class CairnError extends Error {
  override readonly name: string = 'CairnError'
  readonly code: ErrorCode
  readonly recoverable: boolean

  constructor(code: ErrorCode, message: string, options: CairnErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.recoverable = options.recoverable ?? false
    Object.defineProperty(this, marker, { value: true })
  }

  /** Like `instanceof`, and also true of an error from another copy of the package. */
  static isInstance(value: unknown): value is CairnError {
    return (
      typeof value === 'object' &&
      value !== null &&
      (value as Record<symbol, unknown>)[marker] === true
    )
  }
}

/** Options or arguments that are not of the documented shape. */
export class InvalidOptionsError extends CairnError {
  override readonly name = 'InvalidOptionsError'
  /** The one that is wrong, where the message says nothing but that of it. */
  readonly option: string | null
  constructor(message: string, options: CairnErrorOptions & { option?: string } = {}) {
    super('INVALID_OPTIONS', message, options)
    this.option = options.option ?? null
  }
}

/** Where code comes from: a path, a URL, a ref, credentials, git itself. */
export class SourceError extends CairnError {
  override readonly name = 'SourceError'
}

/** One file could not be read or parsed; it costs that file, never the run. */
export class FileError extends CairnError {
  override readonly name = 'FileError'
}

/** The embedder failed or breaks its contract. */
export class EmbedderError extends CairnError {
  override readonly name = 'EmbedderError'
}

/** A vector store, a graph store or the journal failed. */
export class StoreError extends CairnError {
  override readonly name = 'StoreError'
}

/** What holds a repository, so that nothing else may work on it. */
export type RepositoryHolder =
  | { readonly kind: 'indexing'; readonly taskId: string }
  | { readonly kind: 'removal' }
  | { readonly kind: 'reconciliation' }

/** Something else works on the repository: `holder` says what. */
export class RepositoryBusyError extends CairnError {
  override readonly name = 'RepositoryBusyError'
  readonly holder: RepositoryHolder
  /** The task that indexes the repository; null where it is being removed or reconciled. */
  readonly taskId: string | null
  constructor(repository: string, holder: RepositoryHolder) {
    super('REPOSITORY_BUSY', `Repository "${repository}" is being ${workOf(holder)}.`, {
      recoverable: true,
    })
    this.holder = holder
    this.taskId = holder.kind === 'indexing' ? holder.taskId : null
  }
}

function workOf(holder: RepositoryHolder): string {
  switch (holder.kind) {
    case 'indexing':
      return `indexed by task ${holder.taskId}`
    case 'removal':
      return 'removed'
    case 'reconciliation':
      return 'reconciled'
  }
}

/** A task or repository that is not known. */
export class NotFoundError extends CairnError {
  override readonly name = 'NotFoundError'
}

/** The caller aborted a call or cancelled a run. */
export class CancelledError extends CairnError {
  override readonly name = 'CancelledError'
  constructor(message = 'Cancelled.', options: CairnErrorOptions = {}) {
    super('CANCELLED', message, { recoverable: true, ...options })
  }
}

/** The run was paused: another run of its task goes on where it was. */
export class PausedError extends CairnError {
  override readonly name = 'PausedError'
  constructor() {
    super('PAUSED', 'The run was paused; resume its task to go on.', { recoverable: true })
  }
}

/** A task is past what it was asked to do: `status` says how it ended. */
export class TaskEndedError extends CairnError {
  override readonly name = 'TaskEndedError'
  readonly taskId: string
  readonly status: TerminalStatus
  constructor(taskId: string, status: TerminalStatus) {
    const goOn =
      status === 'completed' ? 'To index again, update it.' : 'To go on with it, resume it.'
    super('TASK_ENDED', `Task ${taskId} has ended already: it is ${status}. ${goOn}`)
    this.taskId = taskId
    this.status = status
  }
}

/** The error of what an aborted signal ended, whatever the signal's own reason is. */
export function cancelledBy({ reason }: AbortSignal): CancelledError | PausedError {
  if (reason instanceof CancelledError || reason instanceof PausedError) return reason
  return new CancelledError(reason instanceof Error ? reason.message : 'Cancelled.', {
    cause: reason,
  })
}

/**
 * What `work` gives; what it throws as a {@link CairnError}: {@link CancelledError} once the signal
 * is aborted, `code` for an error that is none yet.
 */
export async function typedErrors<T>(
  signal: AbortSignal | undefined,
  code: ErrorCode,
  work: () => Promise<T>,
): Promise<T> {
  try {
    signal?.throwIfAborted()
    return await work()
  } catch (error) {
    throw signal?.aborted ? cancelledBy(signal) : toCairnError(error, code)
  }
}

/** `error` itself if it is a {@link CairnError}, else one of the given code with it as its cause. */
export function toCairnError(error: unknown, code: ErrorCode = 'INTERNAL'): CairnError {
  if (CairnError.isInstance(error)) return error
  if (error instanceof Error && error.name === 'AbortError') {
    return new CancelledError(error.message, { cause: error })
  }
  return new CairnError(code, error instanceof Error ? error.message : String(error), {
    cause: error,
  })
}
