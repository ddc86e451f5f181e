import { describe, test } from 'vitest'
import type { ConformanceCase } from './conformance-case.ts'

/** For one case: a real backend may be far away or slow to start. */
const timeoutMs = 60_000

/** Registers cases with vitest: a `describe` for the suite and each group, a `test` for each case. */
export function registerCases(suite: string, cases: readonly ConformanceCase[]): void {
  const groups = new Set(cases.map((member) => member.group))
  describe(suite, () => {
    for (const group of groups) {
      describe(group, () => {
        for (const member of cases) {
          if (member.group === group) test(member.name, () => member.run(), timeoutMs)
        }
      })
    }
  })
}
