/**
 * One process at a time works on a clone. The lock is a file beside it that says whose it is; its holder
 * touches it again and again, so that others, also of another machine or container on the same disk, see that
 * he is there, whatever their clocks say.
 */
import { randomUUID } from 'node:crypto'
import { open, readFile, rm, stat, utimes } from 'node:fs/promises'
import { hostname } from 'node:os'
import { setTimeout } from 'node:timers/promises'
import { z } from 'zod'
import { CancelledError } from '../errors.ts'
import { isAlive } from './clone-folder.ts'

/** Who holds a lock. */
const holderSchema = z.object({ id: z.string(), pid: z.int().positive(), host: z.string() })
type Holder = z.infer<typeof holderSchema>

/** Milliseconds after which a holder touches its lock again. */
const touchMs = 2_000
/** Milliseconds without a touch after which a holder is taken for gone. */
const silentMs = 15_000
/** Milliseconds between two looks of who waits. */
const lookMs = 100

/** How a lock is held and waited for. */
export interface CloneLockOptions {
  readonly signal: AbortSignal
  /** Called once where another process has it. */
  readonly onWaiting: () => void
  /** Milliseconds without a touch after which a holder is taken for gone. @default 15_000 */
  readonly goneMs?: number
}

/**
 * Does `work` while no other process does any on this clone.
 * @throws CancelledError when the signal fires while it waits
 */
export async function withCloneLock<T>(
  clone: string,
  options: CloneLockOptions,
  work: () => Promise<T>,
): Promise<T> {
  const path = lockPath(clone)
  const holder: Holder = { id: randomUUID(), pid: process.pid, host: hostname() }
  await take(path, holder, options)
  const touching = setInterval(() => {
    const now = new Date()
    // Where it is gone, or cannot be touched, others find out by themselves.
    utimes(path, now, now).catch(() => undefined)
  }, touchMs)
  touching.unref()
  try {
    return await work()
  } finally {
    clearInterval(touching)
    if ((await readHolder(path))?.id === holder.id) await rm(path, { force: true })
  }
}

/** Whether somebody may be at work on a clone. */
export async function isCloneLocked(clone: string): Promise<boolean> {
  const path = lockPath(clone)
  return (await stateOf(path)) !== null && !isGone(await readHolder(path))
}

function lockPath(clone: string): string {
  return `${clone}.lock`
}

async function take(path: string, holder: Holder, options: CloneLockOptions): Promise<void> {
  const { signal, goneMs = silentMs } = options
  let seen: string | null = null
  let seenSinceMs = performance.now()
  let hasTold = false
  while (!(await make(path, holder))) {
    const state = await stateOf(path)
    if (state !== seen) {
      seen = state
      seenSinceMs = performance.now()
    }
    const isSilent = performance.now() - seenSinceMs > goneMs
    if (state !== null && (isSilent || isGone(await readHolder(path)))) {
      await breakLock(path, state)
      continue
    }
    if (!hasTold) options.onWaiting()
    hasTold = true
    if (signal.aborted) throw new CancelledError()
    await setTimeout(lookMs, undefined, { signal }).catch(() => {
      throw new CancelledError()
    })
  }
}

/** Makes the file with its content; false where there is one. */
async function make(path: string, holder: Holder): Promise<boolean> {
  try {
    const file = await open(path, 'wx')
    try {
      await file.writeFile(JSON.stringify(holder))
    } finally {
      await file.close()
    }
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** Removes a lock whose holder is gone; of several who find that out one at a time. */
async function breakLock(path: string, state: string): Promise<void> {
  const breaking = `${path}.break`
  const breaker: Holder = { id: randomUUID(), pid: process.pid, host: hostname() }
  if (!(await make(breaking, breaker))) {
    const other = await stat(breaking).catch(() => null)
    // It is there for an instant; one that stays is of somebody who died in it.
    if (other && Date.now() - other.mtimeMs > silentMs) await rm(breaking, { force: true })
    else await setTimeout(lookMs)
    return
  }
  try {
    // Another may have broken it, and be at work, since it was looked at.
    if ((await stateOf(path)) === state) await rm(path, { force: true })
  } finally {
    await rm(breaking, { force: true })
  }
}

/** What changes with every touch and every holder; null where there is no lock. */
async function stateOf(path: string): Promise<string | null> {
  return await stat(path).then(
    ({ ino, mtimeMs }) => `${ino} ${mtimeMs}`,
    () => null,
  )
}

/** Whether its process is known to be gone: that of another machine is not. */
function isGone(holder: Holder | null): boolean {
  return holder !== null && holder.host === hostname() && !isAlive(holder.pid)
}

/** Null where there is none, or it is not written yet. */
async function readHolder(path: string): Promise<Holder | null> {
  try {
    return holderSchema.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return null
  }
}
