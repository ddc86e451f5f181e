import {
  type Integer,
  int,
  isDate,
  isDateTime,
  isDuration,
  isLocalDateTime,
  isLocalTime,
  isNode,
  isPath,
  isPoint,
  isRelationship,
  isTime,
} from 'neo4j-driver'

/**
 * A value of the driver as plain data: a node is `{ labels, properties }`, a relationship
 * `{ type, properties }`, a path `{ nodes, relationships }`, times and durations are ISO text.
 */
function plainValue(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value
  if (Array.isArray(value)) return value.map(plainValue)
  if (isNode(value)) return { labels: value.labels, properties: plainRecord(value.properties) }
  if (isRelationship(value)) return { type: value.type, properties: plainRecord(value.properties) }
  if (isPath(value)) {
    return {
      nodes: [value.start, ...value.segments.map(({ end }) => end)].map(plainValue),
      relationships: value.segments.map(({ relationship }) => plainValue(relationship)),
    }
  }
  if (isPoint(value)) return { srid: value.srid, x: value.x, y: value.y, z: value.z ?? null }
  if (isTemporal(value)) return value.toString()
  return plainRecord(value)
}

/** Every member of an object as plain data. */
export function plainRecord(record: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, plainValue(value)]))
}

/** Parameters in which whole numbers are integers of Cypher, as `LIMIT` needs them. */
export function packParameters(value: unknown): unknown {
  if (Number.isSafeInteger(value)) return packInteger(value)
  if (Array.isArray(value)) return value.map(packParameters)
  if (typeof value !== 'object' || value === null) return value
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, packParameters(item)]))
}

function packInteger(value: unknown): Integer {
  return int(Number(value))
}

function isTemporal(value: object): boolean {
  return [isDate, isDateTime, isDuration, isLocalDateTime, isLocalTime, isTime].some((is) =>
    is(value),
  )
}
