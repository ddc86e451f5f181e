import type { VectorStore } from '@cairn/core'
import type { StoreConformanceOptions } from './conformance-case.ts'
import { registerCases } from './register-cases.ts'
import { vectorStoreCases } from './vector-store/vector-store-cases.ts'

/**
 * Registers a vitest `test` for every promise of the `VectorStore` contract. Call it at the top level
 * of a test file.
 */
export function vectorStoreConformance(options: StoreConformanceOptions<VectorStore>): void {
  registerCases(options.name, vectorStoreCases(options))
}
