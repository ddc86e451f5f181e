import type { IndexControl, routes, StatusDocument, StatusSource } from '@cairn/protocol'
import type { z } from 'zod'
import type { Connections } from './connections.ts'
import type { DocumentCache } from './document-cache.ts'
import type { FilledLimits } from './fill-options.ts'
import type { RequestContext } from './options.ts'
import type { Scope } from './scope.ts'
import type { StatusHub } from './status-hub.ts'
import type { WireRequest } from './wire-request.ts'

/** What the answers of all requests share. */
export interface ServerContext {
  readonly source: StatusSource
  /** Null where control is off. */
  readonly control: IndexControl | null
  readonly hub: StatusHub
  readonly documents: DocumentCache
  /** Reads a status, once for all who ask at the same time. */
  readonly readShared: (taskId: string) => Promise<StatusDocument>
  readonly connections: Connections
  readonly limits: FilledLimits
  readonly exposeStackTraces: boolean
  /** Folders; those in them may be indexed. */
  readonly allowedRoots: readonly string[]
  /** The base path as whoever asked reaches it. */
  readonly publicPath: string
  readonly openApi: () => Readonly<Record<string, unknown>>
}

type Routes = typeof routes

/** Routes that are answered by HTTP. */
export type AnsweredRoute = {
  [Name in keyof Routes]: Routes[Name]['kind'] extends 'socket' ? never : Name
}[keyof Routes]

/** What a schema decodes to; null where a route has none. */
type Decoded<Schema> = Schema extends z.ZodType ? z.output<Schema> : null

/** What answers one request of a route. */
export interface AnswerContext<Name extends AnsweredRoute = AnsweredRoute> extends ServerContext {
  readonly request: WireRequest
  readonly requestContext: RequestContext
  readonly parameters: Readonly<Record<string, string>>
  /** As it was decoded by the route's schema. */
  readonly query: Decoded<Routes[Name]['query']>
  readonly body: Decoded<Routes[Name]['body']>
  readonly scope: Scope
}
