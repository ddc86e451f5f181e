/**
 * Git opens every `.gitignore` of a working tree to read it, and where one is a named pipe it waits for
 * somebody who writes, for ever.
 */
import { constants, type Dirent } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

/** A look after git while it lists a working tree. */
export interface PipeWatch {
  /** Ends it; the paths of the pipes that git waited at, `/`-separated, relative to the working tree. */
  end(): Promise<readonly string[]>
}

/** Milliseconds that git may take before anybody looks: hardly any tree takes it longer. */
const firstLookMs = 1_000
/** Milliseconds between two looks at the pipes that there are. */
const lookMs = 100

/**
 * Lets git go on from pipes that are named `.gitignore`: it finds them empty. One that nobody reads is left
 * alone.
 */
export function watchIgnorePipes(workTree: string): PipeWatch {
  const ending = new AbortController()
  const { signal } = ending
  const pipes: string[] = []
  const waited = new Set<string>()
  let isLooking = true

  const pause = (ms: number): Promise<void> =>
    setTimeout(ms, undefined, { signal }).catch(() => undefined)

  const look = async (): Promise<void> => {
    for (const folders = ['']; folders.length > 0 && !signal.aborted; ) {
      const folder = folders.shift() ?? ''
      for (const entry of await entriesIn(join(workTree, folder))) {
        const path = `${folder}${entry.name}`
        if (entry.isDirectory() && entry.name !== '.git') folders.push(`${path}/`)
        else if (entry.isFIFO() && entry.name === '.gitignore') pipes.push(path)
      }
    }
    isLooking = false
  }

  const letThrough = async (): Promise<void> => {
    while (!signal.aborted && (isLooking || pipes.length > 0)) {
      for (const path of pipes) if (await hasReader(join(workTree, path))) waited.add(path)
      await pause(lookMs)
    }
  }

  const watching = pause(firstLookMs).then(async () => {
    if (!signal.aborted) await Promise.all([look(), letThrough()])
  })
  return {
    async end() {
      ending.abort()
      await watching
      return [...waited]
    },
  }
}

/** What is in a folder; git itself tells of one that cannot be read. */
async function entriesIn(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch(() => [])
}

/** Whether somebody waits to read from a pipe, who then finds it empty: it can be opened for writing only then. */
async function hasReader(path: string): Promise<boolean> {
  try {
    const flags = constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW
    const pipe = await open(path, flags)
    await pipe.close()
    return true
  } catch {
    return false
  }
}
