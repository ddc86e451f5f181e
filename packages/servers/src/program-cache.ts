import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'

/** Where the programs of servers are kept, outside of any repository. */
export function programCache(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'cairn', 'servers')
}

/**
 * The cache's folder of that name, filled by `fill` where it is not there yet. It appears whole or not
 * at all: of two processes that fill it at once, the second drops what it has.
 */
export async function cachedProgram(
  name: string,
  fill: (folder: string) => Promise<void>,
): Promise<string> {
  const cache = programCache()
  const folder = join(cache, name)
  if (existsSync(folder)) return folder
  await mkdir(cache, { recursive: true })
  await deleteAbandoned(cache)
  const partial = await mkdtemp(join(cache, `.partial-${process.pid}-`))
  try {
    await fill(partial)
    await rename(partial, folder)
  } catch (error) {
    if (!isTaken(error)) throw error
  } finally {
    await rm(partial, { recursive: true, force: true })
  }
  return folder
}

function isTaken(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException
  return syscall === 'rename' && (code === 'ENOTEMPTY' || code === 'EEXIST')
}

/** Deletes what processes left that ended while they filled a folder. */
async function deleteAbandoned(cache: string): Promise<void> {
  for (const entry of await readdir(cache)) {
    const pid = /^\.partial-(\d+)-/.exec(entry)?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) {
      await rm(join(cache, entry), { recursive: true, force: true })
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
