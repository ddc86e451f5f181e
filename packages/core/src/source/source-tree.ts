/** Turns the bare names of a tree into entries: which to index, which to leave out and why. */
import type { IndexingError, SkipReason } from '@cairn/protocol'
import { onAbort } from '../abortable.ts'
import type { KnownFile, SourceTree, TreeEntry } from '../contracts/source-file.ts'
import { CancelledError, FileError } from '../errors.ts'
import { releaseFile } from '../release-memory.ts'
import { blobId } from './blob-id.ts'
import { classifyContent } from './classify-content.ts'
import type { ReadOutcome } from './contained-folder.ts'
import { eventLoopPause } from './event-loop-pause.ts'
import type { PathFilter } from './path-filter.ts'
import type { TreeCandidate } from './tree-candidate.ts'
import { vendoredBy } from './vendored-paths.ts'

/** What a {@link SourceTree} is made from. */
export interface SourceTreeOptions {
  readonly description: SourceTree['description']
  /** Names the tree's entries, sorted by path. */
  readonly enumerate: (signal: AbortSignal) => Promise<TreeCandidate[]>
  /** Reads one file, at most `maxBytes` of it; at once where it can. */
  readonly read: (candidate: TreeCandidate, maxBytes: number) => ReadOutcome | Promise<ReadOutcome>
  readonly close: () => Promise<void>
  readonly languageOf: (path: string, head?: Uint8Array) => string
  readonly filter: PathFilter
  readonly maxFileBytes: number
}

type Known = (path: string) => KnownFile | undefined

/** Null: the file is not there, which is not worth an entry (a tracked file that was deleted). */
type Settled = TreeEntry | null

const headBytes = 512
const heldBytes = 32_000_000

function readError(path: string, message: string): IndexingError {
  return {
    errorType: 'FILE_UNREADABLE',
    errorMessage: message,
    filePath: path,
    stage: 'analyzing',
    timestamp: new Date(),
    recoverable: false,
    stackTrace: null,
  }
}

/** The blob id where it is comparable with the ids of other trees (not in a SHA-256 repository). */
function comparableId(candidate: TreeCandidate): string | null {
  return candidate.objectId?.length === 40 ? candidate.objectId : null
}

/** Waits for promises that do not know of the signal, and stops waiting when it fires. */
function waiting(signal: AbortSignal): {
  until: <T>(promise: Promise<T>) => Promise<T>
  release: () => void
} {
  let stop: (error: CancelledError) => void = () => {}
  const release = onAbort(signal, () => stop(new CancelledError()))
  return {
    until: (promise) =>
      new Promise((resolve, reject) => {
        stop = reject
        if (signal.aborted) reject(new CancelledError())
        promise.then(resolve, reject)
      }),
    release,
  }
}

/** A tree whose entries are read once each, in bounded concurrency and memory. */
export function sourceTree(options: SourceTreeOptions): SourceTree {
  const { languageOf, filter, maxFileBytes } = options
  const concurrency = Math.max(2, Math.min(16, Math.floor(heldBytes / maxFileBytes)))
  let candidates: Promise<TreeCandidate[]> | undefined

  function enumerated(signal: AbortSignal): Promise<TreeCandidate[]> {
    candidates ??= options.enumerate(signal).catch((error: unknown) => {
      candidates = undefined
      throw error
    })
    return candidates
  }

  function skipped(
    candidate: TreeCandidate,
    reason: SkipReason,
    more: { detail?: string | null; sizeBytes?: number | null; error?: IndexingError } = {},
  ): TreeEntry {
    const isText = reason !== 'symlink' && reason !== 'submodule' && reason !== 'binary'
    return {
      kind: 'skipped',
      file: {
        path: candidate.path,
        sizeBytes: more.sizeBytes ?? candidate.sizeBytes,
        language: isText ? languageOf(candidate.path) : null,
        reason,
        detail: more.detail ?? null,
        error: more.error ?? null,
      },
    }
  }

  function tooLarge(candidate: TreeCandidate, sizeBytes: number): TreeEntry {
    const detail = `${sizeBytes} bytes; the limit is ${maxFileBytes}`
    return skipped(candidate, 'too_large', { detail, sizeBytes })
  }

  function unreadable(candidate: TreeCandidate, message: string): TreeEntry {
    return skipped(candidate, 'unreadable', {
      detail: message,
      error: readError(candidate.path, message),
    })
  }

  // Everything that is decided without reading; null where the content has to be asked.
  function settleByName(candidate: TreeCandidate, known: Known): TreeEntry | null {
    if (candidate.kind === 'symlink') return skipped(candidate, 'symlink')
    if (candidate.kind === 'submodule') return skipped(candidate, 'submodule')
    const excluded = filter(candidate.path)
    if (excluded !== null) return skipped(candidate, 'excluded', { detail: excluded })
    const vendored = vendoredBy(candidate.path)
    if (vendored !== null) return skipped(candidate, 'vendored', { detail: vendored })
    if (candidate.sizeBytes !== null && candidate.sizeBytes > maxFileBytes) {
      return tooLarge(candidate, candidate.sizeBytes)
    }
    if (candidate.kind === 'unreadable') {
      return unreadable(candidate, candidate.problem ?? 'The file cannot be read.')
    }
    const contentHash = comparableId(candidate)
    const previous = contentHash === null ? undefined : known(candidate.path)
    if (previous !== undefined && previous.contentHash === contentHash) {
      return indexed(candidate, candidate.sizeBytes ?? 0, contentHash, previous.language)
    }
    return null
  }

  function indexed(
    candidate: TreeCandidate,
    sizeBytes: number,
    contentHash: string,
    language: string,
  ): TreeEntry {
    return { kind: 'file', file: { path: candidate.path, sizeBytes, contentHash, language } }
  }

  function settleByContent(candidate: TreeCandidate, bytes: Uint8Array, known: Known): TreeEntry {
    const sizeBytes = bytes.byteLength
    const contentHash = comparableId(candidate) ?? blobId(bytes)
    const previous = known(candidate.path)
    if (previous !== undefined && previous.contentHash === contentHash) {
      return indexed(candidate, sizeBytes, contentHash, previous.language)
    }
    const skip = classifyContent(candidate.path, bytes)
    if (skip !== null) return skipped(candidate, skip.reason, { detail: skip.detail, sizeBytes })
    const language = languageOf(candidate.path, bytes.subarray(0, headBytes))
    return indexed(candidate, sizeBytes, contentHash, language)
  }

  function settle(candidate: TreeCandidate, known: Known): Settled | Promise<Settled> {
    const byName = settleByName(candidate, known)
    if (byName !== null) return byName
    const outcome = options.read(candidate, maxFileBytes)
    if (!(outcome instanceof Promise)) return settleByOutcome(candidate, outcome, known)
    const settling = outcome.then((read) => settleByOutcome(candidate, read, known))
    // Awaited in its turn; this keeps one that fails before that, or after the end, quiet.
    settling.catch(() => {})
    return settling
  }

  function settleByOutcome(candidate: TreeCandidate, outcome: ReadOutcome, known: Known): Settled {
    switch (outcome.kind) {
      case 'content': {
        const entry = settleByContent(candidate, outcome.bytes, known)
        releaseFile(outcome.bytes)
        return entry
      }
      case 'too_large':
        return tooLarge(candidate, outcome.sizeBytes)
      case 'symlink':
        return skipped(candidate, 'symlink')
      case 'unreadable':
        return unreadable(candidate, outcome.message)
      case 'absent':
        return null
    }
  }

  async function find(path: string, signal: AbortSignal): Promise<TreeCandidate | undefined> {
    const all = await enumerated(signal)
    let low = 0
    let high = all.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((all[middle]?.path ?? '') < path) low = middle + 1
      else high = middle
    }
    const found = all[low]
    return found?.path === path ? found : undefined
  }

  return {
    description: options.description,
    async *list({ signal, onProgress, known = () => undefined }) {
      if (signal.aborted) throw new CancelledError()
      const all = await enumerated(signal)
      const total = all.length
      const pause = eventLoopPause()
      const wait = waiting(signal)
      const ahead: Array<Settled | Promise<Settled>> = []
      let started = 0
      try {
        onProgress?.(0, total)
        for (let listed = 0; listed < total; listed++) {
          // Others are read while the next has to wait for the disk; what is there at once is not kept.
          while (
            started < total &&
            ahead.length < concurrency &&
            (ahead.length === 0 || ahead[0] instanceof Promise)
          ) {
            const candidate = all[started++]
            if (candidate !== undefined) ahead.push(settle(candidate, known))
          }
          const pausing = pause()
          if (pausing) await pausing
          if (signal.aborted) throw new CancelledError()
          const next = ahead.shift() ?? null
          const entry = next instanceof Promise ? await wait.until(next) : next
          onProgress?.(listed + 1, total)
          if (entry !== null) yield entry
        }
      } finally {
        wait.release()
      }
    },
    async read(path, { signal }) {
      if (signal.aborted) throw new CancelledError()
      const candidate = await find(path, signal)
      if (candidate?.kind !== 'file') {
        throw new FileError('FILE_UNREADABLE', `The tree has no file ${JSON.stringify(path)}.`)
      }
      const reading = options.read(candidate, maxFileBytes)
      const wait = waiting(signal)
      const outcome = await wait.until(Promise.resolve(reading)).finally(wait.release)
      const name = JSON.stringify(path)
      switch (outcome.kind) {
        case 'content':
          return outcome.bytes
        case 'too_large':
          throw new FileError('FILE_CHANGED', `The file ${name} grew over the size limit.`)
        case 'symlink':
          throw new FileError('FILE_CHANGED', `The file ${name} was replaced by a symbolic link.`)
        case 'absent':
          throw new FileError('FILE_UNREADABLE', `The file ${name} is not there any more.`)
        case 'unreadable':
          throw new FileError(
            'FILE_UNREADABLE',
            `The file ${name} cannot be read: ${outcome.message}`,
          )
      }
    },
    close: options.close,
  }
}
