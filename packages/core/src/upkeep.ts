import { CairnError } from './errors.ts'

/** Work that is done again after every run, one at a time, behind everybody's back. */
export interface Upkeep {
  /** Has it done once more, from the state of now. */
  ask(): void
  /** Keeps it from being done again; resolves when it has ended. */
  close(): Promise<void>
}

/** `onFailed` gets what went wrong, unless another process writes, whose work it then is. */
export function createUpkeep(
  work: (signal: AbortSignal) => Promise<unknown>,
  onFailed: (error: unknown) => void,
): Upkeep {
  const closing = new AbortController()
  let isAsked = false
  let working: Promise<void> | null = null

  const workOff = async (): Promise<void> => {
    while (isAsked && !closing.signal.aborted) {
      isAsked = false
      try {
        await work(closing.signal)
      } catch (error) {
        const isOthers = CairnError.isInstance(error) && error.code === 'STORE_LOCKED'
        if (!closing.signal.aborted && !isOthers) onFailed(error)
      }
    }
    working = null
  }

  return {
    ask() {
      isAsked = true
      working ??= workOff()
    },
    async close() {
      closing.abort()
      await working
    },
  }
}
