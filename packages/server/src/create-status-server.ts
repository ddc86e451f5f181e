import { type IndexControl, type RouteName, routes } from '@cairn/protocol'
import type { ServerContext } from './answer-context.ts'
import { createRequestAnswerer } from './answer-request.ts'
import { asyncApiDocument } from './async-api.ts'
import { checkOptions } from './check-options.ts'
import { connectSocket } from './connect-socket.ts'
import { createConnections } from './connections.ts'
import { createCors } from './cors.ts'
import { createDashboard } from './dashboard.ts'
import { createDocumentCache } from './document-cache.ts'
import { fetchRequest, fetchResponse } from './fetch-answer.ts'
import { fillBasePath, fillLimits, silentLogger } from './fill-options.ts'
import { asksForWebSocket } from './node-headers.ts'
import { openApiDocument } from './open-api.ts'
import type { StatusServer, StatusServerOptions } from './options.ts'
import { createOriginCheck, originOf } from './origin-check.ts'
import { createPermissions } from './permissions.ts'
import { splitTarget } from './request-target.ts'
import { createRouter, type NamedRoute } from './router.ts'
import { createSharedReads } from './shared-reads.ts'
import { createSocketRequests } from './socket-requests.ts'
import { createSocketUpgrades } from './socket-upgrades.ts'
import { createStatusHub } from './status-hub.ts'

/** Milliseconds that readers have to go when the server closes. */
const graceMs = 1_000

/**
 * Makes a status server over a source: an indexer, or what else shows the log of a journal. It listens to
 * nothing itself; the host gives it requests and upgrades.
 *
 * @throws TypeError when the options are not of the documented shape, or the page that they ask for is not
 * installed.
 */
export function createStatusServer(options: StatusServerOptions): StatusServer {
  checkOptions(options)
  const { source, exposeStackTraces = false, logger = silentLogger } = options
  const basePath = fillBasePath(options.basePath)
  const publicUrl = options.publicUrl?.replace(/\/+$/, '') ?? null
  const limits = fillLimits(options.limits)
  const control: IndexControl | null = options.control === true ? options.source : null
  const mounted = mountedRoutes(control !== null)
  const router = createRouter(mounted)
  const documents = createDocumentCache({ exposeStackTraces })
  const hub = createStatusHub({ source, documents, updateIntervalMs: limits.updateIntervalMs })
  const connections = createConnections({
    ...limits,
    graceMs,
    checkEveryMs: Math.max(5, Math.min(1_000, limits.heartbeatMs / 4, limits.stallAfterMs / 4)),
  })
  const origins = createOriginCheck(
    options.origins ?? [],
    publicUrl === null ? null : originOf(publicUrl),
  )
  const permit = createPermissions({ authorize: options.authorize, origins, limits, logger })
  const describe = {
    routes: mounted,
    url: publicUrl ?? basePath,
  }
  const openApi = once(() => openApiDocument(describe))
  const asyncApi = once(() => asyncApiDocument(describe))
  const server: ServerContext = {
    source,
    control,
    hub,
    documents,
    readShared: createSharedReads(source),
    connections,
    limits,
    exposeStackTraces,
    allowedRoots: options.control === true ? (options.allowedRoots ?? []) : [],
    publicPath: publicUrl ?? basePath,
    openApi,
  }
  const cors = createCors(options.cors ?? false, origins)
  const { dashboard: page = false } = options
  const dashboard = page === false ? null : createDashboard(page === true ? null : page.folder)
  const answer = createRequestAnswerer({
    basePath,
    router,
    cors,
    permit,
    logger,
    server,
    dashboard,
  })
  const requests = createSocketRequests({ basePath, router, permit, server })
  const upgrades = createSocketUpgrades({ requests, limits, logger })

  const owns = (target: string): boolean => {
    const [path] = splitTarget(target)
    return path.startsWith(`${basePath}/`)
  }

  return {
    basePath,
    routes: mounted,
    owns,
    answer: (request, context = {}) => answer(request, context),
    async fetch(request, context = {}) {
      return fetchResponse(request, await answer(fetchRequest(request), context))
    },
    handleUpgrade(request, socket, head, context = {}) {
      if (!asksForWebSocket(request) || !owns(request.url ?? '')) return false
      const { remoteAddress = addressOf(socket) } = context
      upgrades.take(request, socket, head, { hostRequest: request, ...context, remoteAddress })
      return true
    },
    connect: (socket, context) => connectSocket(socket, context, { requests, limits, logger }),
    openApi,
    asyncApi,
    async close() {
      upgrades.close()
      await connections.close()
      hub.close()
    },
  }
}

function mountedRoutes(hasControl: boolean): NamedRoute[] {
  return Object.entries(routes)
    .filter(([, route]) => hasControl || !route.control)
    .map(([name, route]) => ({ ...route, name: name as RouteName }))
}

function addressOf(socket: object): string | undefined {
  const address = 'remoteAddress' in socket ? socket.remoteAddress : undefined
  return typeof address === 'string' ? address : undefined
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
