/**
 * A server in a process of its own, for `serving.ts`: cairn's status server, or a bare one that sends the
 * same bytes. It is told what to do by messages.
 *
 *     node --expose-gc serving-process.ts cairn|bare|list [folder]
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import {
  encode,
  initialStatus,
  type StatusDocument,
  type StatusListener,
  type StatusSource,
  serverMessageSchema,
  statusDocumentSchema,
} from '@cairn/protocol'
import { createStatusServer } from '@cairn/server'
import { attachUpgrades, nodeHandler } from '@cairn/server/node'
import { createIndexer } from 'cairn'
import { WebSocketServer } from 'ws'

/** What the benchmark asks of the process. */
export type Command =
  | { readonly kind: 'updates'; readonly count: number; readonly everyMs: number }
  | { readonly kind: 'measure' }

/** What the process tells. */
export type Report =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'updated' }
  | {
      readonly kind: 'measured'
      readonly residentBytes: number
      readonly heapBytes: number
      /** Timers, sockets, handles. */
      readonly resources: number
    }

const taskId = 'task'
const [kind = 'cairn', folder = '.'] = process.argv.slice(2)

let status = runningStatus()
const listeners = new Set<StatusListener>()
const httpServer = kind === 'bare' ? bareServer() : await cairnServer()
httpServer.listen(0, '127.0.0.1', () => {
  tell({ kind: 'listening', port: (httpServer.address() as AddressInfo).port })
})

process.on('message', (command: Command) => {
  if (command.kind === 'measure') measure()
  else update(command.count, command.everyMs)
})

function tell(report: Report): void {
  process.send?.(report)
}

function measure(): void {
  globalThis.gc?.()
  const { rss, heapUsed } = process.memoryUsage()
  tell({
    kind: 'measured',
    residentBytes: rss,
    heapBytes: heapUsed,
    resources: process.getActiveResourcesInfo().length,
  })
}

/** Each update says when it was made, by the clock that all processes of a machine share. */
function update(left: number, everyMs: number): void {
  const isLast = left === 0
  status = {
    ...status,
    seq: status.seq + 1,
    updatedAt: new Date(),
    currentFile: `sent ${process.hrtime.bigint()}.`,
    ...(isLast ? { status: 'completed', currentStage: 'completed', overallProgress: 100 } : {}),
  }
  for (const listener of listeners) listener(status)
  if (isLast) tell({ kind: 'updated' })
  else setTimeout(update, everyMs, left - 1, everyMs)
}

function bareServer() {
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false })
  const message = (type: 'initial_status' | 'status_update'): string =>
    JSON.stringify(encode(serverMessageSchema, { type, taskId, seq: status.seq, data: status }))
  const body = Buffer.from(JSON.stringify(encode(statusDocumentSchema, status)))
  const server = createServer((_, response) => {
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': body.byteLength,
    })
    response.end(body)
  })
  server.on('upgrade', (request, socket, head) => {
    sockets.handleUpgrade(request, socket, head, (opened) => opened.send(message('initial_status')))
  })
  listeners.add(() => {
    const text = message('status_update')
    for (const socket of sockets.clients) socket.send(text)
  })
  return server
}

async function cairnServer() {
  const source = kind === 'list' ? createIndexer({ dataDirectory: folder }) : oneTask()
  const statusServer = createStatusServer({
    source,
    limits: { maxConnectionsPerAddress: 5_000 },
  })
  const server = createServer(nodeHandler(statusServer))
  attachUpgrades(server, statusServer)
  return server
}

/** A source with one task, which the benchmark updates. */
function oneTask(): StatusSource {
  const refuse = (): Promise<never> =>
    Promise.reject(new Error('The benchmark asks for one task only.'))
  return {
    status: async () => status,
    watch(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    tasks: refuse,
    totals: refuse,
    logs: refuse,
    metrics: refuse,
    repositories: refuse,
    search: refuse,
  }
}

/** A document of the size that a run of some thousand files has. */
function runningStatus(): StatusDocument {
  const at = new Date()
  const stages = ['cloning', 'analyzing', 'parsing', 'embedding'] as const
  return {
    ...initialStatus({
      type: 'run.queued',
      taskId,
      runId: 'run',
      seq: 1,
      at,
      repository: 'shop',
      source: { kind: 'local', path: '/shop', ref: null },
      epoch: 'epoch',
    }),
    status: 'in_progress',
    currentStage: 'embedding',
    stageHistory: stages.map((stage) => ({
      stage,
      startedAt: at,
      completedAt: at,
      progressPercentage: 100,
      currentOperation: null,
      processedItems: 3_000,
      totalItems: 3_000,
      errorMessage: null,
    })),
    currentFile: join('src', 'shop', 'cart.py'),
    filesByLanguage: { python: 2_000, javascript: 500, markdown: 300, html: 200 },
    warnings: Array.from(
      { length: 20 },
      (_, index) =>
        `src/shop/module${index}.py has syntax errors in one place; it is indexed all the same.`,
    ),
    warningsCount: 20,
  }
}
