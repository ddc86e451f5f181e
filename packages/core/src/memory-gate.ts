import { CairnError } from './errors.ts'

/**
 * What a run with one thread that parses takes beside what the process, with its open store, holds before:
 * 38 MB for 5 files and 92 MB for 1,144 in twelve languages.
 */
const leastRunBytes = 100_000_000
/** What one more parsing thread takes: its heap, its grammars' memory and the files on their way. */
const threadBytes = 40_000_000
/** Of the limit, what the heap of one thread may come to. */
const heapShare = 1 / 4
/** From this share of the limit on, less is begun at once. */
const easyShare = 0.6
/** From this share on, one thing is done at a time, and what rests gives its memory back. */
const tightShare = 0.85

/** How much heap a thread may have. */
export interface ThreadHeap {
  readonly megabytes: number
  /** What to say where `what` does not fit into it. */
  tooSmallFor(what: string): string
}

/** Keeps what is begun within what the process may hold in memory. */
export interface MemoryGate {
  /** Whether there is a limit at all. */
  readonly isLimited: boolean
  /** Of so many things at once, how many may be under way now: at least one. */
  share(most: number): number
  /** Of so many threads that are not there yet, how many there is memory for: at least one. */
  threads(most: number): number
  /** JavaScript heap that one thread may have, which works with `leastMb` and up. */
  heap(needs: { readonly leastMb: number; readonly mostMb: number }): ThreadHeap
  /** Whether what rests should give its memory back. */
  isTight(): boolean
  /** @throws CairnError `MEMORY_LIMIT` where not even the smallest run fits; for the first one of a process. */
  assertWorkable(): void
  /** Tells, once, how far the process went beyond its limit; null as long as it did not. */
  exceeded(): string | null
}

/** `residentBytes` tells what the process holds now. */
export function createMemoryGate(options: {
  /** Infinity: there is none. */
  readonly limitBytes: number
  /** Whether the host set the limit, and is to hear that it is too small. */
  readonly isOwn: boolean
  readonly residentBytes: () => number
}): MemoryGate {
  const { limitBytes, isOwn, residentBytes } = options
  const isLimited = Number.isFinite(limitBytes)
  let hasRun = false
  let hasTold = false

  const used = (): number => (isLimited ? residentBytes() / limitBytes : 0)

  return {
    isLimited,
    share(most) {
      const free = (tightShare - used()) / (tightShare - easyShare)
      return Math.max(1, Math.min(most, Math.floor(most * free)))
    },
    threads(most) {
      if (!isLimited) return most
      const free = limitBytes * tightShare - residentBytes()
      return Math.max(1, Math.min(most, Math.floor(free / threadBytes)))
    },
    heap({ leastMb, mostMb }) {
      const share = (limitBytes * heapShare) / 1_000_000
      const megabytes = Math.round(Math.max(leastMb, Math.min(mostMb, share)))
      return {
        megabytes,
        tooSmallFor(what) {
          const told = `${what} needs more than the ${megabytes} MB of heap that a thread may have`
          if (share >= mostMb) {
            return `${told}. Leave the largest of these files out with \`exclude\`.`
          }
          const more = Math.min(mostMb, megabytes * 2)
          const limit = inMegabytes((more * 1_000_000) / heapShare)
          return `${told} where limits.memoryBytes is ${inMegabytes(limitBytes)}. With about ${limit} it may have ${Math.round(more)} MB.`
        },
      }
    },
    isTight: () => used() >= tightShare,
    assertWorkable() {
      if (hasRun || !isLimited) return
      const held = residentBytes()
      if (isOwn && held + leastRunBytes > limitBytes) {
        const least = inMegabytes((held + leastRunBytes) * 1.05)
        throw new CairnError(
          'MEMORY_LIMIT',
          `limits.memoryBytes is ${inMegabytes(limitBytes)}, and the process holds ${inMegabytes(held)} before the run. The smallest limit that works here is about ${least}.`,
        )
      }
      hasRun = true
    },
    exceeded() {
      const held = isLimited ? residentBytes() : 0
      if (hasTold || held <= limitBytes) return null
      hasTold = true
      return `The process holds ${inMegabytes(held)}, more than limits.memoryBytes (${inMegabytes(limitBytes)}) allows; the run goes on with one thing at a time. A limit of about ${inMegabytes(held * 1.2)} suits this repository.`
    },
  }
}

function inMegabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_000_000)} MB`
}

/**
 * Bytes of memory that the container leaves the process, as far as the platform says; null where it is not
 * held to less than the machine has.
 */
export function containerBytes(machineBytes: number): number | null {
  const bytes = process.constrainedMemory()
  return bytes > 0 && bytes < machineBytes ? bytes : null
}
