import type { Frame } from './frame.ts'

/** Where a reader's messages go. */
export interface Outlet {
  /** Bytes that were written and have not left yet. */
  bufferedBytes(): number
  /** Writes one message; gives its bytes. */
  write(frame: Frame): void
  /** Bytes that a message takes. */
  sizeOf(frame: Frame): number
  /** Closes after what was written. */
  close(code: number, reason: string): void
  /** Ends at once. */
  cut(): void
}

/** One who reads messages, at its own pace. */
export interface Reader {
  /** Sends a message that is no document: never left out. */
  send(frame: Frame): void
  /** Sends a document of a task; for one who is behind, the newest takes the place of those that wait. */
  offer(taskId: string, frame: Frame, isUrgent: boolean): void
  /** Closes when all that waits is sent. */
  finish(code: number, reason: string): void
  /** Ends at once. */
  cut(): void
  /** Something has left: there may be room again. */
  drained(): void
  /** Resolves when nothing waits for it and there is room for more; false where it has ended. */
  room(): Promise<boolean>
  /** When the last check came that found something written, of `performance.now()`. */
  silentSince(): number
  /** Looks whether it still reads. To be called from time to time. */
  check(now: number): void
}

/** Limits of a {@link Reader}. */
export interface ReaderLimits {
  readonly coalesceAboveBytes: number
  readonly cutAboveBytes: number
  readonly stallAfterMs: number
}

/** What waits of one task. */
interface Waiting {
  readonly urgent: Frame[]
  newest: Frame | null
}

/** How far behind a reader has been, from when it was too far behind to when it no longer is. */
interface Backlog {
  leastBytes: number
  leastAt: number
  /** Checks since then. */
  checks: number
}

/** Checks that find no less before a reader, one after the other, before it is believed: the host may be busy. */
const checksToJudge = 3

/** A reader over an outlet. */
export function createReader(outlet: Outlet, limits: ReaderLimits): Reader {
  const waiting = new Map<string, Waiting>()
  let waitingBytes = 0
  let ending: { readonly code: number; readonly reason: string } | null = null
  let hasEnded = false
  let writtenAt = performance.now()
  // An update goes to many readers: none of them asks what time it is.
  let hasWritten = false
  let buffered = 0
  let readAt = performance.now()
  let backlog: Backlog | null = null
  /** Since when it has been too far behind and has not caught up; null where it has. */
  let behindSince: number | null = null
  let askedForRoom: ((hasRoom: boolean) => void)[] = []

  const tellOfRoom = (): void => {
    for (const tell of askedForRoom) tell(!hasEnded)
    askedForRoom = []
  }

  const cut = (): void => {
    hasEnded = true
    waiting.clear()
    outlet.cut()
    tellOfRoom()
  }

  const write = (frame: Frame): void => {
    hasWritten = true
    outlet.write(frame)
  }

  const hasRoom = (): boolean => outlet.bufferedBytes() <= limits.coalesceAboveBytes

  const close = ({ code, reason }: { code: number; reason: string }): void => {
    hasEnded = true
    outlet.close(code, reason)
    tellOfRoom()
  }

  const hold = (taskId: string, frame: Frame, isUrgent: boolean): void => {
    const ofTask = waiting.get(taskId) ?? { urgent: [], newest: null }
    waiting.set(taskId, ofTask)
    if (ofTask.newest) waitingBytes -= outlet.sizeOf(ofTask.newest)
    waitingBytes += outlet.sizeOf(frame)
    ofTask.newest = isUrgent ? null : frame
    if (isUrgent) ofTask.urgent.push(frame)
  }

  const flush = (): void => {
    for (const [taskId, ofTask] of waiting) {
      for (;;) {
        if (hasEnded || !hasRoom()) return
        const frame = ofTask.urgent.shift() ?? ofTask.newest
        if (!frame) break
        if (frame === ofTask.newest) ofTask.newest = null
        waitingBytes -= outlet.sizeOf(frame)
        write(frame)
      }
      waiting.delete(taskId)
    }
    if (ending && !hasEnded) close(ending)
    else if (hasRoom()) tellOfRoom()
  }

  /** A burst puts much before a reader that keeps up: what waits for it has to get less, and to be gone in time. */
  const isTooFarBehind = (total: number, now: number): boolean => {
    if (total <= limits.coalesceAboveBytes) behindSince = null
    if (total <= limits.cutAboveBytes) {
      backlog = null
      return false
    }
    behindSince ??= now
    if (backlog === null || total < backlog.leastBytes) {
      backlog = { leastBytes: total, leastAt: now, checks: 0 }
    } else backlog.checks += 1
    const getsNoLess =
      backlog.checks >= checksToJudge && now - backlog.leastAt > limits.stallAfterMs / 10
    return getsNoLess || now - behindSince > limits.stallAfterMs
  }

  return {
    send(frame) {
      if (!hasEnded) write(frame)
    },
    offer(taskId, frame, isUrgent) {
      if (hasEnded || ending) return
      if (waiting.size === 0 && hasRoom()) write(frame)
      else hold(taskId, frame, isUrgent)
    },
    finish(code, reason) {
      if (hasEnded || ending) return
      ending = { code, reason }
      flush()
    },
    cut,
    drained: flush,
    room() {
      if (hasEnded || (waiting.size === 0 && hasRoom())) return Promise.resolve(!hasEnded)
      return new Promise((resolve) => {
        askedForRoom.push(resolve)
      })
    },
    silentSince: () => writtenAt,
    check(now) {
      if (hasWritten) writtenAt = now
      hasWritten = false
      const left = outlet.bufferedBytes()
      if (left === 0 || left < buffered) readAt = now
      buffered = left
      const isStalled = left > 0 && now - readAt > limits.stallAfterMs
      if (isTooFarBehind(left + waitingBytes, now) || isStalled) cut()
      else if (waiting.size > 0 || askedForRoom.length > 0) flush()
    },
  }
}
