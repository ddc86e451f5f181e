import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { CairnError, type Indexer } from '@cairn/core'
import { pageFolder } from '@cairn/dashboard'
import { type Authorize, createStatusServer } from '@cairn/server'
import { attachUpgrades, nodeHandler } from '@cairn/server/node'

const host = '127.0.0.1'
/** What a browser on this machine calls it. */
const ownNames: ReadonlySet<string> = new Set([host, 'localhost'])

/** How {@link serveStatus} serves. */
export interface ServeOptions {
  /** 0: any that is free. */
  readonly port: number
  /** Whether tasks may be started, cancelled and removed. */
  readonly control: boolean
  /** Folders; those in them may be indexed by who has control. */
  readonly allowedRoots: readonly string[]
}

/** A status server that listens on this machine. */
export interface ServedStatus {
  /** Of the routes. */
  readonly url: string
  /** Of the page. */
  readonly pageUrl: string
  /** Tells its readers and stops. */
  close(): Promise<void>
}

/**
 * Serves the status and the page of an indexer to this machine alone.
 *
 * @throws CairnError `INVALID_OPTIONS` where the port cannot be had, or the page of a checkout is not built.
 */
export async function serveStatus(indexer: Indexer, options: ServeOptions): Promise<ServedStatus> {
  const { port, control, allowedRoots } = options
  if (!existsSync(join(pageFolder, 'index.html'))) {
    const message = 'The page is not built. In a checkout of cairn, type: pnpm build'
    throw new CairnError('INVALID_OPTIONS', message)
  }
  const common = { authorize: onlyThisMachine, dashboard: { folder: pageFolder } } as const
  const status = createStatusServer(
    control
      ? { ...common, source: indexer, control, allowedRoots }
      : { ...common, source: indexer },
  )
  const server = createServer(nodeHandler(status))
  attachUpgrades(server, status)
  try {
    server.listen(port, host)
    await once(server, 'listening')
  } catch (cause) {
    await status.close()
    throw new CairnError('INVALID_OPTIONS', whyNot(cause, port), { cause })
  }
  const url = `http://${host}:${(server.address() as AddressInfo).port}${status.basePath}`
  return {
    url,
    pageUrl: `${url}/dashboard/`,
    async close() {
      await status.close()
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

/**
 * A page elsewhere can have its own name lead to this machine, and then ask as if it came from here: what
 * it cannot choose is the name that the browser says it asks for.
 */
const onlyThisMachine: Authorize = ({ headers }) => {
  const name = (headers.get('host') ?? '').replace(/:\d+$/, '')
  if (ownNames.has(name)) return { kind: 'allow' }
  return { kind: 'deny', status: 403, detail: 'This server answers to this machine alone.' }
}

function whyNot(cause: unknown, port: number): string {
  const code = cause instanceof Error && 'code' in cause ? cause.code : null
  if (code === 'EADDRINUSE') {
    return `Port ${port} is in use by another program. Choose another with --port, or 0 for any that is free.`
  }
  if (code === 'EACCES')
    return `Port ${port} is not yours to listen on. Choose one from 1024 with --port.`
  return `Port ${port} cannot be listened on: ${cause instanceof Error ? cause.message : String(cause)}`
}
