import { type Route, wireSchema } from '@cairn/protocol'
import { z } from 'zod'
import { type JsonObject, queryMembers, referTo, schemasOf } from './json-schemas.ts'
import { type DescriptionOptions, descriptionInfo } from './open-api.ts'

/** The sockets as an AsyncAPI 3 document. */
export function asyncApiDocument({ routes, url }: DescriptionOptions): JsonObject {
  const sockets = routes.filter(({ kind }) => kind === 'socket')
  const channels = Object.fromEntries(sockets.map((route) => [route.name, channel(route)]))
  return {
    asyncapi: '3.0.0',
    info: descriptionInfo,
    defaultContentType: 'application/json',
    servers: { here: serverOf(url) },
    channels,
    operations: Object.fromEntries(sockets.flatMap((route) => operations(route))),
    components: { schemas: schemasOf(channels) },
  }
}

/** A server of which only the path is known is the host of the document. */
function serverOf(url: string): JsonObject {
  if (!URL.canParse(url))
    return { host: '{host}', pathname: url, protocol: 'ws', variables: hostVariable }
  const { host, pathname, protocol } = new URL(url)
  return { host, pathname, protocol: protocol === 'https:' ? 'wss' : 'ws' }
}

const hostVariable: JsonObject = {
  host: { description: 'Where the host program listens.', default: 'localhost' },
}

function channel(route: Route): JsonObject {
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  return {
    address: route.path,
    description: route.summary,
    ...(names.length > 0
      ? { parameters: Object.fromEntries(names.map((name) => [name, {}])) }
      : {}),
    ...(route.query
      ? { bindings: { ws: { method: 'GET', query: querySchema(route.query) } } }
      : {}),
    messages: messagesOf(route),
  }
}

function querySchema(query: z.ZodObject): JsonObject {
  return { type: 'object', properties: Object.fromEntries(queryMembers(query)) }
}

/** The messages of a channel by their type, those of both directions. */
function messagesOf(route: Route): JsonObject {
  return Object.fromEntries(
    [...messageTypes(route.answer), ...messageTypes(route.body)].map(([type, schema]) => [
      type,
      { name: type, payload: referTo(schema) },
    ]),
  )
}

function operations(route: Route & { readonly name: string }): [string, JsonObject][] {
  const channelOf = { $ref: `#/channels/${route.name}` }
  const refer = (schema: z.core.$ZodType | null) =>
    messageTypes(schema).map(([type]) => ({ $ref: `#/channels/${route.name}/messages/${type}` }))
  return [
    [`${route.name}.send`, { action: 'send', channel: channelOf, messages: refer(route.answer) }],
    [
      `${route.name}.receive`,
      { action: 'receive', channel: channelOf, messages: refer(route.body) },
    ],
  ]
}

/** The options of a union of messages, by their `type`. */
function messageTypes(schema: z.core.$ZodType | null): [type: string, schema: z.core.$ZodType][] {
  if (!(schema instanceof z.ZodDiscriminatedUnion)) return []
  return schema.options.flatMap((option) =>
    [...(wireSchema(option)._zod.propValues?.type ?? [])].map((type): [string, z.core.$ZodType] => [
      String(type),
      option,
    ]),
  )
}
