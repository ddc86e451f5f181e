import { vi } from 'vitest'

/** Waits until `check` no longer throws: as long as a machine may take that does other things too. */
export function waitUntil<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 60_000, interval: 20 })
}
