import { rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

/** Bytes held back: more than the events that may wait to be stored take, with the pages they touch. */
export const reserveBytes = 2_097_152
/** A disk with less room than so many reserves needs it more than the reserve does. */
const leastFree = 8

/** Room on the disk for the last words of a run that fills it. */
export interface Reserve {
  /** Holds room back, where there is plenty. */
  hold(): void
  /** Gives it up. */
  release(): void
}

/** Room in the place of a file beside the store. */
export function createReserve(storePath: string): Reserve {
  const path = `${storePath}-reserve`
  const release = (): void => rmSync(path, { force: true })
  return {
    hold() {
      // One that a killed process did not fill holds nothing back.
      if (statSync(path, { throwIfNoEntry: false })?.size === reserveBytes) return
      try {
        const { bavail, bsize } = statfsSync(dirname(path))
        if (bavail * bsize < leastFree * reserveBytes) return
        release()
        // Ones: a file system may keep no blocks for zeros.
        writeFileSync(path, Buffer.alloc(reserveBytes, 1), { flag: 'wx' })
      } catch {
        // The disk is full after all, does not tell, or may not be written beside the store: the run does
        // without.
        release()
      }
    },
    release,
  }
}
