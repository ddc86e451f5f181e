import { randomUUID } from 'node:crypto'
import type { GraphEdge, GraphNode } from '@cairn/core'
import type { RunningNeo4j } from '@cairn/servers'
import { onTestFinished } from 'vitest'
import { type Neo4jGraph, neo4j } from './neo4j.ts'
import type { Neo4jOptions } from './options.ts'

/** A store on a server, closed after the test. */
export function openStore(
  { url, user, password }: Pick<RunningNeo4j, 'url' | 'user' | 'password'>,
  options: Partial<Neo4jOptions> = {},
): Neo4jGraph {
  const store = neo4j({ url, auth: { username: user, password }, ...options })
  onTestFinished(() => store.close())
  return store
}

/** Rows of a repository that nothing else uses; nodes are named by what they are called. */
export interface Samples {
  readonly repository: string
  id(name: string): string
  file(name: string, owner?: string): GraphNode
  symbol(name: string, owner?: string): GraphNode
  edge(from: string, to: string, changes?: Partial<GraphEdge>): GraphEdge
}

export function createSamples(): Samples {
  const repository = `repository-${randomUUID()}`
  const id = (name: string): string => `${repository} ${name}`
  const node = (name: string, owner: string): Omit<GraphNode, 'kind'> => ({
    id: id(name),
    owner,
    repository,
    name,
    path: 'src/session.ts',
    symbolPath: null,
    symbolKind: null,
    startLine: null,
    endLine: null,
  })
  return {
    repository,
    id,
    file: (name, owner = 'version') => ({ ...node(name, owner), kind: 'file' }),
    symbol: (name, owner = 'version') => ({
      ...node(name, owner),
      kind: 'symbol',
      symbolPath: name,
      symbolKind: 'function',
      startLine: 12,
      endLine: 30,
    }),
    edge: (from, to, changes = {}) => ({
      owner: 'edges',
      repository,
      type: 'calls',
      from: id(from),
      to: id(to),
      resolution: 'scope',
      line: 7,
      ...changes,
    }),
  }
}
