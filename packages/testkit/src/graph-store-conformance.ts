import type { GraphStore } from '@cairn/core'
import type { StoreConformanceOptions } from './conformance-case.ts'
import { graphStoreCases } from './graph-store/graph-store-cases.ts'
import { registerCases } from './register-cases.ts'

/**
 * Registers a vitest `test` for every promise of the `GraphStore` contract. Call it at the top level
 * of a test file.
 */
export function graphStoreConformance(options: StoreConformanceOptions<GraphStore>): void {
  registerCases(options.name, graphStoreCases(options))
}
