import { embedderCases } from './embedder/embedder-cases.ts'
import type { EmbedderConformanceOptions } from './embedder/embedder-subject.ts'
import { registerCases } from './register-cases.ts'

/**
 * Registers a vitest `test` for every promise of the `Embedder` contract. Call it at the top level of
 * a test file.
 */
export function embedderConformance(options: EmbedderConformanceOptions): void {
  registerCases(options.name, embedderCases(options))
}
