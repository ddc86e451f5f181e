export * from './cases.ts'
export { graphStoreConformance } from './graph-store-conformance.ts'
export { journalConformance } from './journal-conformance.ts'
export { vectorStoreConformance } from './vector-store-conformance.ts'
