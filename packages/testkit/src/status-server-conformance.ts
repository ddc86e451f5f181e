import { registerCases } from './register-cases.ts'
import { statusServerCases } from './status-server/status-server-cases.ts'
import type { StatusServerConformanceOptions } from './status-server/status-server-subject.ts'

/**
 * Registers a vitest `test` for every promise of a mounted status server, held over its real address: for
 * whoever binds it to another framework. Call it at the top level of a test file.
 */
export function statusServerConformance(options: StatusServerConformanceOptions): void {
  registerCases(options.name, statusServerCases(options))
}
