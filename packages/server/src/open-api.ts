import { problemMediaType, problemSchema, type Route, serverMessageSchema } from '@cairn/protocol'
import { type JsonObject, queryMembers, referTo, schemasOf } from './json-schemas.ts'

/** What a description of the server is made from. */
export interface DescriptionOptions {
  /** The mounted routes by name. */
  readonly routes: readonly (Route & { readonly name: string })[]
  /** Address or path of the base path. */
  readonly url: string
}

/** The version of the wire: raised when a field or route is added. */
const version = '1.0.0'

/** What both descriptions begin with. */
export const descriptionInfo: JsonObject = {
  title: 'cairn status server',
  version,
  description: 'Where the indexing of repositories is, and search in what is indexed.',
}

/** The routes that are answered by HTTP, as an OpenAPI 3.1 document. */
export function openApiDocument({ routes, url }: DescriptionOptions): JsonObject {
  const paths: Record<string, Record<string, JsonObject>> = {}
  for (const route of routes) {
    if (route.kind === 'socket') continue
    paths[route.path] = {
      ...paths[route.path],
      [route.method.toLowerCase()]: operation(route),
    }
  }
  return {
    openapi: '3.1.0',
    info: descriptionInfo,
    servers: [{ url: url || '/' }],
    paths,
    components: { schemas: schemasOf(paths) },
  }
}

function operation(route: Route & { readonly name: string }): JsonObject {
  const parameters = [...pathParameters(route.path), ...queryParameters(route), ...headersOf(route)]
  return {
    operationId: route.name,
    summary: route.summary,
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(route.body === null
      ? {}
      : { requestBody: { required: true, content: json(referTo(route.body)) } }),
    responses: { ...goodAnswers(route), ...problems(route) },
  }
}

function pathParameters(path: string): JsonObject[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string', minLength: 1 },
  }))
}

function queryParameters({ query }: Route): JsonObject[] {
  if (query === null) return []
  return queryMembers(query).map(([name, schema]) => ({
    name,
    in: 'query',
    schema,
    ...(schema.type === 'array' ? { style: 'form', explode: false } : {}),
  }))
}

function headersOf({ kind }: Route): JsonObject[] {
  if (kind !== 'event-stream') return []
  return [
    {
      name: 'Last-Event-ID',
      in: 'header',
      description: 'The `id` of the last event that was seen: the stream goes on after it.',
      schema: { type: 'string', pattern: '^[0-9]{0,15}$' },
    },
  ]
}

function goodAnswers(route: Route): JsonObject {
  if (route.kind === 'event-stream') {
    return {
      200: {
        description: 'Events; the data of each is a message.',
        content: {
          'text/event-stream': {
            'x-event-data': referTo(serverMessageSchema),
          },
        },
      },
      204: { description: 'The task has ended, and the reader has seen that.' },
    }
  }
  return {
    ...(route.plan && { 200: { description: 'The plan.', content: json(referTo(route.plan)) } }),
    [route.status]: {
      ...(route.startsTask
        ? { description: 'The task was accepted.', headers: location }
        : { description: 'Done.' }),
      content: json(referTo(route.answer)),
    },
  }
}

const location: JsonObject = {
  Location: { description: 'Where its status is.', required: true, schema: { type: 'string' } },
}

/** The problems that a route may be answered with, by status. */
export function problemStatuses(route: Route): Record<number, string> {
  const hasInput = route.query !== null || route.body !== null || route.kind === 'event-stream'
  return {
    400: 'The path, the query or the body cannot be read.',
    401: 'It is not known who asks.',
    403: 'Whoever asks may not do this.',
    ...(route.mayBeUnknown ? { 404: 'There is no such task or repository.' } : {}),
    ...(route.kind === 'socket' ? {} : { 406: 'What is answered is not what `Accept` names.' }),
    ...(route.control
      ? { 409: 'Something is in the way; `task_id` names it where it is a task.' }
      : {}),
    ...(route.body === null || route.kind === 'socket'
      ? {}
      : {
          413: 'The body is too large.',
          415: 'The body is not JSON by its type, or it is compressed.',
        }),
    ...(hasInput || route.control ? { 422: 'The query or the body is not as described.' } : {}),
    ...(route.kind === 'socket' ? { 426: 'It is a WebSocket, of version 13.' } : {}),
    ...(route.kind === 'answer' ? {} : { 429: 'Too many streams are open from this address.' }),
    500: 'A defect of the server.',
    503: 'The store or what else it takes does not answer; `Retry-After` says when to ask again.',
  }
}

function problems(route: Route): JsonObject {
  const content = { [problemMediaType]: { schema: referTo(problemSchema) } }
  return Object.fromEntries(
    Object.entries(problemStatuses(route)).map(([status, description]) => [
      status,
      { description, ...problemHeaders(status), content },
    ]),
  )
}

function problemHeaders(status: string): JsonObject {
  switch (status) {
    case '415':
      return {
        headers: {
          Accept: { description: 'The types that are taken.', schema: { type: 'string' } },
          'Accept-Encoding': {
            description: 'The content codings that are taken.',
            schema: { type: 'string' },
          },
        },
      }
    case '429':
    case '503':
      return {
        headers: { 'Retry-After': { description: 'Seconds.', schema: { type: 'integer' } } },
      }
    default:
      return {}
  }
}

function json(schema: JsonObject): JsonObject {
  return { 'application/json': { schema } }
}
