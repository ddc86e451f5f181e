/** Reads blobs from Git's object store through one long-lived `git cat-file --batch`. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { FileError } from '../errors.ts'
import { lastLineOf } from './git-failure.ts'
import { gitStartError, spawnGit } from './git-process.ts'
import { type LocalRepository, repositoryCall } from './local-repository.ts'

/** Reads blobs by their id. */
export interface ObjectReader {
  /** @throws FileError `FILE_UNREADABLE` for an object that is missing or damaged. */
  read(objectId: string): Promise<Uint8Array>
  /** Ends the child process; reads that wait are rejected. */
  close(): Promise<void>
}

const silenceMs = 60_000

interface Request {
  readonly objectId: string
  readonly resolve: (bytes: Uint8Array) => void
  readonly reject: (error: Error) => void
}

function unreadable(objectId: string, why: string): FileError {
  return new FileError('FILE_UNREADABLE', `Git object ${objectId.slice(0, 12)} ${why}.`)
}

/** A reader of `repository`'s objects. git is started with the first read, and again if it dies. */
export function objectReader(repository: LocalRepository): ObjectReader {
  let child: ChildProcessWithoutNullStreams | null = null
  let isClosed = false

  function start(): {
    child: ChildProcessWithoutNullStreams
    waiting: Request[]
    stall: NodeJS.Timeout
  } {
    const started = spawnGit(
      repositoryCall(repository, ['cat-file', '--batch'], new AbortController().signal),
    )
    const waiting: Request[] = []
    let stderr = ''
    let header: Buffer[] = []
    // What is still to come of the current object, its closing line feed included.
    let body: { chunks: Buffer[]; missingBytes: number; isBlob: boolean } | null = null

    const stall = setTimeout(() => {
      if (waiting.length > 0) started.kill('SIGKILL')
    }, silenceMs).unref()

    const fail = (error: Error): void => {
      if (child === started) child = null
      for (const request of waiting.splice(0)) request.reject(error)
    }
    const onHeader = (line: string): void => {
      const [objectId = '', type = '', size = ''] = line.split(' ')
      if (/^\d+$/.test(size)) {
        body = { chunks: [], missingBytes: Number(size) + 1, isBlob: type === 'blob' }
      } else {
        waiting.shift()?.reject(unreadable(objectId, `is ${type}`))
      }
    }
    started.stdout.on('data', (data: Buffer) => {
      stall.refresh()
      let chunk = data
      while (chunk.length > 0) {
        if (body === null) {
          const end = chunk.indexOf(0x0a)
          if (end === -1) {
            header.push(chunk)
            return
          }
          const line = Buffer.concat([...header, chunk.subarray(0, end)]).toString('latin1')
          header = []
          chunk = chunk.subarray(end + 1)
          onHeader(line)
          continue
        }
        const taken = chunk.subarray(0, body.missingBytes)
        body.chunks.push(taken)
        body.missingBytes -= taken.length
        chunk = chunk.subarray(taken.length)
        if (body.missingBytes > 0) return
        const request = waiting.shift()
        const bytes = Buffer.concat(body.chunks).subarray(0, -1)
        if (body.isBlob) request?.resolve(bytes)
        else request?.reject(unreadable(request.objectId, 'is not a file'))
        body = null
      }
    })
    started.stderr.on('data', (data: Buffer) => {
      stderr = (stderr + data.toString('utf8')).slice(-4_096)
    })
    started.stdin.on('error', () => {}) // the close event says why
    started.on('error', (error) => fail(gitStartError(error)))
    started.on('close', () => {
      clearTimeout(stall)
      const first = waiting[0]
      if (first === undefined) {
        if (child === started) child = null
        return
      }
      fail(unreadable(first.objectId, `could not be read (git: ${lastLineOf(stderr)})`))
    })
    return { child: started, waiting, stall }
  }

  let current: ReturnType<typeof start> | null = null

  return {
    read(objectId) {
      if (isClosed) return Promise.reject(unreadable(objectId, 'was asked of a closed source'))
      if (!/^[0-9a-f]{40,64}$/.test(objectId)) {
        return Promise.reject(unreadable(objectId, 'is not an object id'))
      }
      if (child === null || current === null) {
        current = start()
        child = current.child
      }
      const { child: running, waiting, stall } = current
      stall.refresh()
      return new Promise<Uint8Array>((resolve, reject) => {
        waiting.push({ objectId, resolve, reject })
        running.stdin.write(`${objectId}\n`)
      })
    },
    async close() {
      isClosed = true
      const running = child
      child = null
      if (running === null || running.exitCode !== null || running.signalCode !== null) return
      const closed = new Promise<void>((resolve) => running.once('close', () => resolve()))
      running.kill('SIGKILL')
      await closed
    },
  }
}
