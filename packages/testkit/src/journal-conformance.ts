import { journalCases } from './journal/journal-cases.ts'
import type { JournalConformanceOptions } from './journal/journal-subject.ts'
import { registerCases } from './register-cases.ts'

/**
 * Registers a vitest `test` for every promise of the `Journal` contract. Call it at the top level of
 * a test file.
 */
export function journalConformance(options: JournalConformanceOptions): void {
  registerCases(options.name, journalCases(options))
}
