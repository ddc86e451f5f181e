/**
 * cairn, batteries included: `createIndexer()` with a SQLite store and a built-in embedder, and
 * everything that a host needs to use or extend it.
 * @packageDocumentation
 */
export * from '@cairn/core'
export { staticEmbedder } from '@cairn/embedder-static'
export { sqlite } from '@cairn/store-sqlite'
export { type CairnOptions, createIndexer } from './create-indexer.ts'
