/** The tables of docs/protocol.md, from the routes. */
import {
  clientMessageSchema,
  closeCodes,
  type Route,
  routes,
  serverMessageSchema,
} from '@cairn/protocol'
import { createStatusServer } from '../src/create-status-server.ts'
import { type JsonObject, queryMembers, referTo, schemasOf } from '../src/json-schemas.ts'
import { problemStatuses } from '../src/open-api.ts'

/** The address of the document, from this file. */
export const protocolDocument = new URL('../../../docs/protocol.md', import.meta.url)

/** The document with its tables made anew, each between two comments that name it. */
export function withTables(document: string): string {
  return document.replace(
    /(<!-- table: (\w+) -->\n)[\s\S]*?(<!-- end -->)/g,
    (_, begin: string, name: string, end: string) => `${begin}\n${tableOf(name)}\n\n${end}`,
  )
}

function tableOf(name: string): string {
  switch (name) {
    case 'routes':
      return routeTable(Object.values(routes).filter(({ control }) => !control))
    case 'control':
      return routeTable(Object.values(routes).filter(({ control }) => control))
    case 'server_messages':
      return messageTable(serverMessageSchema)
    case 'client_messages':
      return messageTable(clientMessageSchema)
    case 'close_codes':
      return table(
        ['code', 'name'],
        Object.entries(closeCodes).map(([code, value]) => [String(value), code]),
      )
    case 'schemas':
      return Object.entries(allSchemas())
        .map(([schema, definition]) => `### ${schema}\n\n${describe(definition)}`)
        .join('\n\n')
    default:
      throw new Error(`There is no table ${name}.`)
  }
}

function routeTable(listed: readonly Route[]): string {
  return table(
    ['route', 'what', 'query', 'body', 'answer', 'problems'],
    listed.map((route) => [
      `\`${route.method} ${route.path}\``,
      route.summary,
      route.query === null
        ? ''
        : queryMembers(route.query)
            .map(([name, schema]) => `\`${name}\`: ${typeOf(schema)}`)
            .join('<br>'),
      route.kind === 'socket'
        ? '[messages](#messages-of-the-client)'
        : route.body === null
          ? ''
          : typeOf(referTo(route.body)),
      answerOf(route),
      Object.keys(problemStatuses(route)).join(' '),
    ]),
  )
}

function answerOf(route: Route): string {
  if (route.kind === 'socket') return '101 [messages](#messages-of-the-server)'
  const answer = `${route.status} ${typeOf(referTo(route.answer))}`
  return route.plan === null ? answer : `${answer}, 200 ${typeOf(referTo(route.plan))}`
}

function messageTable(schema: typeof serverMessageSchema | typeof clientMessageSchema): string {
  const { oneOf = [] } = schemaOf(schema) as { oneOf?: readonly MessageSchema[] }
  if (oneOf.length === 0) throw new Error('A table of messages would have none.')
  return table(
    ['type', 'members'],
    oneOf.map(({ properties: { type, ...members }, required }) => [
      typeOf(type),
      Object.entries(members)
        .map(([name, each]) => `\`${name}\`: ${typeOf(each)}${absence(name, required)}`)
        .join(', '),
    ]),
  )
}

/** The schema of a message, told apart by `type`. */
interface MessageSchema {
  readonly properties: Readonly<Record<string, JsonObject>> & { readonly type: JsonObject }
  readonly required: readonly string[]
}

function absence(name: string, required: readonly string[]): string {
  return required.includes(name) ? '' : ', may be absent'
}

function allSchemas(): Record<string, JsonObject> {
  const { openApi, asyncApi } = createStatusServer({ source: nothing, control: true })
  const of = (document: JsonObject) =>
    (document.components as { schemas: Record<string, JsonObject> }).schemas
  const all = { ...of(asyncApi()), ...of(openApi()) }
  return Object.fromEntries(Object.entries(all).sort(([one], [other]) => (one < other ? -1 : 1)))
}

/** The routes are described without any being called. */
const nothing = new Proxy({} as never, { get: () => () => undefined })

function schemaOf(schema: Parameters<typeof referTo>[0]): JsonObject {
  const reference = referTo(schema)
  const name = nameOf(reference)
  return name === null ? reference : (schemasOf(reference)[name] ?? reference)
}

function describe(schema: JsonObject): string {
  return schema.properties === undefined ? typeOf(schema) : fieldTable(schema)
}

function fieldTable(schema: JsonObject): string {
  const { properties = {}, required = [] } = schema as {
    properties?: Record<string, JsonObject>
    required?: readonly string[]
  }
  return table(
    ['field', 'type'],
    Object.entries(properties).map(([name, each]) => [
      `\`${name}\``,
      typeOf(each) + absence(name, required),
    ]),
  )
}

function nameOf({ $ref }: JsonObject): string | null {
  return typeof $ref === 'string' ? ($ref.split('/').at(-1) ?? null) : null
}

/** A type in a few words. */
function typeOf(schema: JsonObject): string {
  const name = nameOf(schema)
  if (name !== null) return `[${name}](#${name.toLowerCase()})`
  const options = (schema.anyOf ?? schema.oneOf) as readonly JsonObject[] | undefined
  if (options) return options.map(typeOf).join(' or ')
  if (Array.isArray(schema.type)) {
    return schema.type.map((type) => typeOf({ ...schema, type })).join(' or ')
  }
  if (schema.const !== undefined) return `\`${String(schema.const)}\``
  if (Array.isArray(schema.enum)) return schema.enum.map((each) => `\`${each}\``).join(' ')
  if (schema.type === 'array') return `list of ${typeOf(schema.items as JsonObject)}`
  if (schema.format === 'date-time') return 'time'
  if (schema.type === 'object' && schema.additionalProperties && !schema.properties) {
    return `object of ${typeOf(schema.additionalProperties as JsonObject)} by name`
  }
  if (schema.type === 'object') {
    const members = Object.entries((schema.properties ?? {}) as Record<string, JsonObject>)
    return `{ ${members.map(([member, each]) => `\`${member}\`: ${typeOf(each)}`).join(', ')} }`
  }
  const { minimum, maximum } = schema as { minimum?: number; maximum?: number }
  const hasRange = maximum !== undefined && maximum < 1e15
  const range = hasRange ? ` ${minimum ?? 0}–${maximum}` : ''
  return `${typeof schema.type === 'string' ? schema.type : 'anything'}${range}`
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
