/** Reads blobs from Git's object store through one long-lived `git cat-file --batch`. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { FileError } from '../errors.ts'
import { blobId } from './blob-id.ts'
import { lastLineOf } from './git-failure.ts'
import { gitStartError, spawnGit } from './git-process.ts'
import { type LocalRepository, repositoryCall } from './local-repository.ts'

/** Reads blobs by their id. */
export interface ObjectReader {
  /**
   * The blob of an id, which is compared with its content.
   * @throws FileError `FILE_UNREADABLE` for an object that is missing, damaged, or larger than `maxBytes`.
   */
  read(objectId: string, maxBytes: number): Promise<Uint8Array>
  /** Ends the child process; reads that wait are rejected. */
  close(): Promise<void>
}

const silenceMs = 60_000
// An id, a type and a size.
const maxHeaderBytes = 256

interface Request {
  readonly objectId: string
  readonly maxBytes: number
  readonly resolve: (bytes: Uint8Array) => void
  readonly reject: (error: Error) => void
}

function unreadable(objectId: string, why: string): FileError {
  return new FileError('FILE_UNREADABLE', `Git object ${objectId.slice(0, 12)} ${why}.`)
}

function algorithmOf(objectId: string): 'sha1' | 'sha256' {
  return objectId.length === 64 ? 'sha256' : 'sha1'
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
    let headerBytes = 0
    // What is still to come of the current object, its closing line feed included.
    let body: { chunks: Buffer[]; missingBytes: number; isBlob: boolean } | null = null
    // Why git was ended: what it says after this is not read.
    let ended: string | null = null

    const stall = setTimeout(() => {
      if (waiting.length > 0) started.kill('SIGKILL')
    }, silenceMs).unref()

    const fail = (error: Error): void => {
      if (child === started) child = null
      for (const request of waiting.splice(0)) request.reject(error)
    }
    // git dies of a damaged object; those that wait behind it are asked of the next process.
    const failFirst = (first: Request, error: Error): void => {
      first.reject(error)
      waiting.shift()
      if (child === started) child = null
      if (isClosed) fail(error)
      else for (const request of waiting.splice(0)) ask(request)
    }
    // Of an object whose header lies about its size git writes more than it said. Where it ends can then
    // not be known, and what follows could pass for the answer to another request.
    const end = (why: string): void => {
      ended = why
      started.kill('SIGKILL')
    }
    const onHeader = (line: string): void => {
      const request = waiting[0]
      const [objectId = '', type = '', size = ''] = line.split(' ')
      if (request === undefined || objectId !== request.objectId) end('has no end')
      else if (!/^\d+$/.test(size)) {
        waiting.shift()
        request.reject(unreadable(objectId, `is ${type}`))
      } else if (Number(size) > request.maxBytes) end('is larger than the limit')
      else body = { chunks: [], missingBytes: Number(size) + 1, isBlob: type === 'blob' }
    }
    const onBody = (bytes: Buffer, isBlob: boolean): void => {
      const request = waiting[0]
      const content = bytes.subarray(0, -1)
      if (request === undefined || bytes.at(-1) !== 0x0a) end('is longer than it says')
      else if (!isBlob) {
        waiting.shift()
        request.reject(unreadable(request.objectId, 'is not a file'))
      } else if (blobId(content, algorithmOf(request.objectId)) === request.objectId) {
        waiting.shift()
        request.resolve(content)
      } else end('is damaged')
    }
    started.stdout.on('data', (data: Buffer) => {
      stall.refresh()
      let chunk = data
      while (chunk.length > 0 && ended === null) {
        if (body === null) {
          const lineEnd = chunk.indexOf(0x0a)
          headerBytes += lineEnd === -1 ? chunk.length : lineEnd
          if (headerBytes > maxHeaderBytes) {
            end('is longer than it says')
            return
          }
          if (lineEnd === -1) {
            header.push(chunk)
            return
          }
          const line = Buffer.concat([...header, chunk.subarray(0, lineEnd)]).toString('latin1')
          header = []
          headerBytes = 0
          chunk = chunk.subarray(lineEnd + 1)
          onHeader(line)
          continue
        }
        const taken = chunk.subarray(0, body.missingBytes)
        body.chunks.push(taken)
        body.missingBytes -= taken.length
        chunk = chunk.subarray(taken.length)
        if (body.missingBytes > 0) return
        const { chunks, isBlob } = body
        body = null
        onBody(Buffer.concat(chunks), isBlob)
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
      const why = ended ?? `could not be read (git: ${lastLineOf(stderr)})`
      failFirst(first, unreadable(first.objectId, why))
    })
    return { child: started, waiting, stall }
  }

  let current: ReturnType<typeof start> | null = null

  function ask(request: Request): void {
    if (child === null || current === null) {
      current = start()
      child = current.child
    }
    current.stall.refresh()
    current.waiting.push(request)
    current.child.stdin.write(`${request.objectId}\n`)
  }

  return {
    read(objectId, maxBytes) {
      if (isClosed) return Promise.reject(unreadable(objectId, 'was asked of a closed source'))
      if (!/^[0-9a-f]{40,64}$/.test(objectId)) {
        return Promise.reject(unreadable(objectId, 'is not an object id'))
      }
      return new Promise<Uint8Array>((resolve, reject) =>
        ask({ objectId, maxBytes, resolve, reject }),
      )
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
