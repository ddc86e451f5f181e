import { readdirSync, readFileSync } from 'node:fs'

const sampleEveryMs = 50

/** Watches how much memory a process and all its children hold. */
export interface MemoryWatch {
  /** Highest resident set of the tree so far, bytes; null where the platform does not tell. */
  peakBytes(): number | null
  stop(): void
}

/** Samples `/proc`, so Linux only; elsewhere the peak is null. */
export function watchMemory(pid: number): MemoryWatch {
  let peak: number | null = null
  const sample = (): void => {
    try {
      const bytes = treeBytes(pid)
      if (bytes > 0) peak = Math.max(peak ?? 0, bytes)
    } catch {
      // No /proc on this platform: the caller prints that there is no figure.
      clearInterval(timer)
    }
  }
  const timer = setInterval(sample, sampleEveryMs)
  return { peakBytes: () => peak, stop: () => clearInterval(timer) }
}

function treeBytes(root: number): number {
  const parents = new Map<number, { parent: number; bytes: number }>()
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const status = readStatus(Number(name))
    if (status) parents.set(Number(name), status)
  }
  const isBelow = (pid: number): boolean => {
    for (
      let at: number | undefined = pid;
      at !== undefined && at > 1;
      at = parents.get(at)?.parent
    ) {
      if (at === root) return true
    }
    return false
  }
  let bytes = 0
  for (const [pid, status] of parents) if (isBelow(pid)) bytes += status.bytes
  return bytes
}

function readStatus(pid: number): { parent: number; bytes: number } | null {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/status`, 'utf8')
  } catch {
    // The process ended between the listing and the reading.
    return null
  }
  const field = (name: string): number =>
    Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(text)?.[1] ?? 0)
  return { parent: field('PPid'), bytes: field('VmRSS') * 1024 }
}
