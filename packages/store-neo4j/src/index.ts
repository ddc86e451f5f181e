export { type Neo4jGraph, neo4j } from './neo4j.ts'
export type { Neo4jAuth, Neo4jOptions } from './options.ts'
export type {
  GraphPath,
  GraphShape,
  PathOptions,
  ReachedNode,
  ReachOptions,
  Walks,
} from './walks.ts'
