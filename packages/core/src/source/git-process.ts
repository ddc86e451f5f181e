/**
 * Starts git for the calls that simple-git does not stream: lists separated by NUL, and the
 * long-lived object reader. Every child gets the guarded environment and dies with its signal.
 */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { onAbort } from '../abortable.ts'
import { CancelledError, SourceError } from '../errors.ts'
import { type GitEnvironmentOptions, gitEnvironment } from './git-environment.ts'

/** One git command on a repository of this machine. */
export interface GitCall {
  readonly arguments: readonly string[]
  readonly environment: GitEnvironmentOptions
  /** @default the repository's folder, else the system's temporary one */
  readonly workingDirectory: string
  readonly signal: AbortSignal
  /**
   * How long git may be silent before it is taken for stuck (a configuration that includes a named
   * pipe) and ended.
   * @default 60_000
   */
  readonly idleTimeoutMs?: number
}

/** How a git command ended. */
export interface GitResult {
  readonly exitCode: number
  readonly stdout: Buffer
  /** At most the last 16 KB. */
  readonly stderr: string
}

const keptStderrBytes = 16_384

/** A started git process; the caller owns its streams. */
export function spawnGit(call: Omit<GitCall, 'signal'>): ChildProcessWithoutNullStreams {
  return spawn('git', ['--no-pager', ...call.arguments], {
    cwd: call.workingDirectory,
    env: gitEnvironment(call.environment),
    stdio: 'pipe',
    windowsHide: true,
  })
}

/** The typed error for a git program that could not be started. */
export function gitStartError(error: Error): SourceError {
  if ('code' in error && error.code === 'ENOENT') {
    return new SourceError(
      'GIT_MISSING',
      'The git program was not found; install git or put it on the PATH.',
      { cause: error },
    )
  }
  return new SourceError('GIT_FAILED', `git could not be started: ${error.message}`, {
    cause: error,
  })
}

/**
 * Runs git and hands its output on piece by piece.
 * @throws SourceError `GIT_MISSING`, or `GIT_FAILED` where git was silent for too long.
 * @throws CancelledError when the signal fired.
 */
function streamGit(
  call: GitCall,
  onData: (chunk: Buffer) => void,
): Promise<{ exitCode: number; stderr: string }> {
  if (call.signal.aborted) return Promise.reject(new CancelledError())
  const child = spawnGit(call)
  const idleTimeoutMs = call.idleTimeoutMs ?? 60_000
  let stderr = ''
  let failure: Error | undefined
  const end = (error: Error): void => {
    failure ??= error
    child.kill('SIGKILL')
  }
  const timer = setTimeout(() => {
    end(
      new SourceError(
        'GIT_FAILED',
        `git ${call.arguments[0]} gave no answer for ${idleTimeoutMs / 1000} s and was ended.`,
      ),
    )
  }, idleTimeoutMs)
  const leave = onAbort(call.signal, () => end(new CancelledError()))
  child.stdin.on('error', () => {}) // git may end without reading; its exit code says why
  child.stdin.end()
  child.stdout.on('data', (chunk: Buffer) => {
    timer.refresh()
    if (failure !== undefined) return
    try {
      onData(chunk)
    } catch (error) {
      end(error instanceof Error ? error : new Error(String(error)))
    }
  })
  child.stderr.on('data', (chunk: Buffer) => {
    timer.refresh()
    stderr = (stderr + chunk.toString('utf8')).slice(-keptStderrBytes)
  })
  return new Promise<{ exitCode: number; stderr: string }>((resolve, reject) => {
    child.on('error', (error) => reject(gitStartError(error)))
    child.on('close', (code, signalName) => {
      if (failure !== undefined) reject(failure)
      // A tree a hundred thousand levels deep overflows git's own stack.
      else if (code === null) resolve({ exitCode: 1, stderr: `fatal: ended by ${signalName}` })
      else resolve({ exitCode: code, stderr })
    })
  }).finally(() => {
    clearTimeout(timer)
    leave()
  })
}

/** Runs git to its end and returns what it wrote, whatever its exit code. */
export async function runGit(call: GitCall): Promise<GitResult> {
  const chunks: Buffer[] = []
  const result = await streamGit(call, (chunk) => chunks.push(chunk))
  return { ...result, stdout: Buffer.concat(chunks) }
}

/** Runs git and hands on each NUL-terminated record of its output. */
export async function recordsOfGit(
  call: GitCall,
  onRecord: (record: Buffer) => void,
): Promise<{ exitCode: number; stderr: string }> {
  let rest: Buffer[] = []
  return await streamGit(call, (chunk) => {
    let start = 0
    for (let end = chunk.indexOf(0); end !== -1; end = chunk.indexOf(0, start)) {
      const tail = chunk.subarray(start, end)
      onRecord(rest.length === 0 ? tail : Buffer.concat([...rest, tail]))
      rest = []
      start = end + 1
    }
    if (start < chunk.length) rest.push(chunk.subarray(start))
  })
}
