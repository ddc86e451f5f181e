import * as protocol from '@cairn/protocol'
import { wireSchema } from '@cairn/protocol'
import { z } from 'zod'

/** A JSON schema, or a part of a document that holds some. */
export type JsonObject = Readonly<Record<string, unknown>>

const prefix = '#/components/schemas/'

/** The wire's schemas by name: what the protocol exports as `statusDocumentSchema` is `StatusDocument`. */
const named = new Map<z.core.$ZodType, string>()
for (const [exported, value] of Object.entries(protocol)) {
  if (!(value instanceof z.ZodType) || !exported.endsWith('Schema')) continue
  named.set(wireSchema(value), nameOf(exported))
}

function nameOf(exported: string): string {
  const name = exported.slice(0, -'Schema'.length)
  return name.charAt(0).toUpperCase() + name.slice(1)
}

const registry = z.registry<{ id: string }>()
for (const [schema, id] of named) registry.add(schema, { id })

/** JSON schemas of everything that the protocol names, each referring to the others. */
function namedSchemas(): Record<string, JsonObject> {
  const { schemas } = z.toJSONSchema(registry, { io: 'input', uri: (id) => prefix + id })
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, plain(schema)]))
}

/** The JSON schema of a schema's wire form: a reference where it has a name. */
export function referTo(schema: z.core.$ZodType): JsonObject {
  const name = named.get(wireSchema(schema))
  if (name !== undefined) return { $ref: prefix + name }
  return plain(z.toJSONSchema(wireSchema(schema), { io: 'input' }))
}

/** The members of a query with what they stand for once they are read. */
export function queryMembers(query: z.core.$ZodType): [name: string, schema: JsonObject][] {
  const { properties = {} } = z.toJSONSchema(wireSchema(query), { io: 'output' })
  return Object.entries(properties).map(([name, schema]) => [name, plain(schema)])
}

/** The named schemas that a document refers to, directly or through others. */
export function schemasOf(document: unknown): Record<string, JsonObject> {
  const all = namedSchemas()
  const found: Record<string, JsonObject> = {}
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return
    for (const [key, value] of Object.entries(part)) {
      if (key !== '$ref' || typeof value !== 'string') {
        visit(value)
        continue
      }
      const name = value.slice(prefix.length)
      const schema = all[name]
      if (!schema || found[name]) continue
      found[name] = schema
      visit(schema)
    }
  }
  visit(document)
  return Object.fromEntries(Object.entries(found).sort(([one], [other]) => (one < other ? -1 : 1)))
}

/** Without what belongs to a schema that is a document of its own. */
function plain(schema: object | boolean): JsonObject {
  // `true` and `{}` are the same schema.
  return Object.fromEntries(
    Object.entries(schema).filter(([key]) => !['$schema', '$id', 'id', '~standard'].includes(key)),
  )
}
