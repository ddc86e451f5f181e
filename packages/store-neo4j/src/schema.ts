import { edgeTypes, relationshipTypes } from './model.ts'

/**
 * What the store needs to find a row by its key, all of it in Community. Each statement may be run
 * again, and by several processes at once.
 */
export const schemaStatements: readonly string[] = [
  'CREATE CONSTRAINT cairn_id IF NOT EXISTS FOR (n:Cairn) REQUIRE n.id IS UNIQUE',
  'CREATE CONSTRAINT cairn_share_id_owner IF NOT EXISTS FOR (s:CairnShare) REQUIRE (s.id, s.owner) IS UNIQUE',
  'CREATE INDEX cairn_owner IF NOT EXISTS FOR (n:Cairn) ON (n.repository, n.owner)',
  'CREATE INDEX cairn_share_owner IF NOT EXISTS FOR (s:CairnShare) ON (s.repository, s.owner)',
  ...edgeTypes.map(
    (type) =>
      `CREATE INDEX cairn_${type}_owner IF NOT EXISTS FOR ()-[r:${relationshipTypes[type]}]-() ON (r.repository, r.owner)`,
  ),
]

/** Names of everything that {@link schemaStatements} make. */
export const schemaNames: readonly string[] = schemaStatements.map(
  (statement) => statement.split(' ')[2] ?? '',
)
