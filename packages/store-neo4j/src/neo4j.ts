import type { GraphRows, GraphStore, StoreCallOptions } from '@cairn/core'
import { decodeGraph } from '@cairn/core/encoded-graph'
import { createConnection, TooLargeError } from './connection.ts'
import { deleteRows } from './delete-rows.ts'
import { toStoreError } from './fault.ts'
import { checkOptions, type Neo4jOptions } from './options.ts'
import { packParameters, plainRecord } from './plain-value.ts'
import { createReads } from './read-rows.ts'
import { createWalks, type Walks } from './walks.ts'
import { uniqueRows, writeRows } from './write-rows.ts'

/** The code graph in a Neo4j database, with more questions than an indexer asks. */
export interface Neo4jGraph extends GraphStore, Walks {
  /**
   * Runs a query of yours in a transaction that cannot write, and gives its records as plain objects.
   * Whole numbers among the parameters are integers of Cypher; a node is `{ labels, properties }`, a
   * relationship `{ type, properties }`, a path `{ nodes, relationships }`, a time is ISO text.
   * @throws StoreError `STORE_READ_ONLY` for a query that would write.
   */
  cypher(
    query: string,
    parameters?: Readonly<Record<string, unknown>>,
    options?: StoreCallOptions,
  ): Promise<Record<string, unknown>[]>
  /** {@link GraphStore.close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * The code graph in a Neo4j database, 5.26 or newer. Connects with the first call. Other data in the
 * same database is left alone: every node of ours has the label `Cairn` or `CairnShare`.
 * @throws InvalidOptionsError when the options are not of the documented shape.
 */
export function neo4j(options: Neo4jOptions): Neo4jGraph {
  const checked = checkOptions(options)
  const connection = createConnection(checked)

  const write = async (rows: GraphRows, signal: AbortSignal | undefined): Promise<void> => {
    try {
      await connection.write(signal, (run) => writeRows(run, rows))
    } catch (error) {
      const halves = error instanceof TooLargeError ? halve(rows) : []
      if (halves.length === 0) throw error
      for (const half of halves) await write(half, signal)
    }
  }

  /** What is too large however small it is made is told as any other failure. */
  const typed = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw error instanceof TooLargeError
        ? toStoreError(error.cause, { ...checked, isNeo4j: true })
        : error
    }
  }

  return {
    id: 'neo4j',
    // Larger batches are no faster, see docs/benchmarks.md, and take more of the server's memory.
    maxBatch: 5_000,
    isRemote: true,
    upsert: (rows, callOptions) =>
      typed(async () => {
        callOptions?.signal?.throwIfAborted()
        const unique = uniqueRows('parts' in rows ? decodeGraph(rows) : rows)
        if (unique.nodes.length + unique.edges.length === 0) return
        await write(unique, callOptions?.signal)
      }),
    deleteOwners: (repository, owners, callOptions) =>
      typed(() => deleteRows(connection, { repository, owners }, callOptions?.signal)),
    removeRepository: (repository, callOptions) =>
      typed(() => deleteRows(connection, { repository, owners: null }, callOptions?.signal)),
    ...createReads(connection),
    ...createWalks(connection),
    cypher: (query, parameters = {}, callOptions) =>
      typed(() =>
        connection.readRaw(callOptions?.signal, async (transaction) => {
          const packed = Object.fromEntries(
            Object.entries(parameters).map(([name, value]) => [name, packParameters(value)]),
          )
          const { records } = await transaction.run(query, packed)
          return records.map((record) => plainRecord(record.toObject()))
        }),
      ),
    close: () => connection.close(),
    [Symbol.asyncDispose]: () => connection.close(),
  }
}

/** Two parts of rows, or none of what is one row. An edge may come before its nodes. */
function halve({ nodes, edges }: GraphRows): readonly GraphRows[] {
  if (nodes.length + edges.length < 2) return []
  const [middleNode, middleEdge] = [Math.ceil(nodes.length / 2), Math.floor(edges.length / 2)]
  return [
    { nodes: nodes.slice(0, middleNode), edges: edges.slice(0, middleEdge) },
    { nodes: nodes.slice(middleNode), edges: edges.slice(middleEdge) },
  ]
}
