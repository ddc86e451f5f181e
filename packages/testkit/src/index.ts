export * from './cases.ts'
export { vectorStoreConformance } from './vector-store-conformance.ts'
