import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { createFaultyProxy } from '@cairn/servers/faulty-proxy'
import { serveGit } from '@cairn/servers/git'
import { type CallCounts, nameOf, pointsAt } from './break-points.ts'
import { goOnAndCompare, type Try } from './broken-run.ts'
import type { Fault, FaultContext } from './fault.ts'
import { tryEach } from './outcome.ts'
import { answersIn, type Place, type PreparedRun, prepareRun } from './prepared-run.ts'
import type { ServerStores } from './server-stores.ts'
import { type BreakPoint, type ProcessReport, startProcess } from './started-process.ts'

const mostMs = 1_000

/** Calls that a stage waits for, with what is going on then. */
const calls = [
  ['plans.add', 'the plan is written'],
  ['spool.write', 'files are parsed'],
  ['embedder.embedDocuments', 'a batch is embedded'],
  ['cache.put', 'vectors go into the cache'],
  ['vectors.upsertSpooled', 'vectors are stored'],
  ['graph.upsert', 'the graph is stored'],
  ['ledger.commit', 'the ledger is committed'],
  ['vectors.delete', 'what was replaced is taken away'],
  ['graph.owners', 'the graph is read back'],
  ['vectors.get', 'vectors are read back'],
] as const

const shortCalls: readonly string[] = [
  'spool.write',
  'embedder.embedDocuments',
  'vectors.upsertSpooled',
  'graph.owners',
]

/**
 * A run is cancelled in every stage. It has to end within a second, do nothing more after its end, leave what
 * searches give, and its task has to go on to the same index. What a busy machine takes is no fault of the
 * run's, so the short form leaves out the second, and the going on, which other tests have.
 */
export const cancels: Fault = {
  name: 'cancels',
  async run(context) {
    const { form, signal } = context
    const isLong = form === 'long'
    const prepared = await (isLong ? prepareRun(200, 1_000, signal) : prepareRun(40, 80, signal))
    try {
      const moments = momentsOf(form, prepared.uninterrupted.calls)
      const took: string[] = []
      const outcome = await tryEach('cancelled', moments, signal, async (moment) => {
        const result = await cancelledIn(prepared, moment, context)
        took.push(`${moment.name}: ${result.tookMs.toFixed(0)} ms`)
        return result
      })
      return [{ ...outcome, notes: [...took, ...outcome.notes] }]
    } finally {
      await prepared.remove()
    }
  },
}

/** When a run is cancelled. */
interface Moment {
  readonly name: string
  readonly point: BreakPoint | null
  /** What the process meets, for as long as it is open. */
  readonly open?: (place: Place) => Promise<Met>
}

interface Met extends AsyncDisposable {
  readonly stores?: ServerStores
  readonly url?: string
  /** Called with what cancels the run, where no point does. */
  readonly onStarted?: (cancel: () => void) => void
  /** Called before the task goes on. */
  readonly mend?: () => Promise<void>
}

function momentsOf(form: FaultContext['form'], counted: CallCounts): Moment[] {
  const isLong = form === 'long'
  const chosen = calls.filter(([call]) => isLong || shortCalls.includes(call))
  return [
    ...(isLong ? [0.1, 0.5, 0.8] : [0.5]).map(
      (share): Moment => ({
        name: `${share * 100} % of a clone have come`,
        point: null,
        open: (place) => halfAClone(place, share),
      }),
    ),
    {
      name: 'files are listed',
      point: { break: 'cancel', event: 'stage.started', stage: 'analyzing' },
    },
    ...chosen.flatMap(([call, what]) =>
      pointsAt(
        counted,
        { break: 'cancel', call, when: 'during' },
        isLong ? [0, 0.5, 1] : [0.5],
      ).map((point): Moment => ({ name: `${what} (${nameOf(point)})`, point })),
    ),
    {
      name: 'a store that is away is waited for',
      point: { break: 'cancel', event: 'health.changed' },
      open: storeAway,
    },
    {
      name: 'a store is asked that says nothing',
      point: { break: 'cancel', call: 'vectors.upsert', nth: 1, when: 'during' },
      open: silentStore,
    },
  ]
}

async function cancelledIn(
  prepared: PreparedRun,
  { name, point, open = nothingMet }: Moment,
  { form, signal }: FaultContext,
): Promise<Try & { tookMs: number }> {
  const place = await prepared.begin()
  await using met = await open(place)
  const { stores = null, url = null, onStarted } = met
  const breaks = point ? [point] : []
  const { child, ended } = startProcess({ ...place, breaks, stores, url }, signal)
  onStarted?.(() => child.send('cancel'))
  const report = await ended
  const { cancelledAfterMs: tookMs } = report
  if (tookMs === null) throw new Error(`Nothing was cancelled while ${name}.`)
  const odd = oddEnd(report, form)
  if (form === 'long') {
    await met.mend?.()
    const result = await goOnAndCompare(prepared, place, report, name, signal)
    return { ...result, differences: [...odd, ...result.differences], tookMs }
  }
  if (!prepared.isWholeAnswer(await answersIn(place, prepared.queries)))
    odd.push('answers after it')
  return { what: name, differences: odd, redone: { percent: 0, excess: [] }, next: report, tookMs }
}

/** What is not as it should be of how a cancelled run ended. */
export function oddEnd(
  {
    error,
    workAfterEnd,
    cancelledAfterMs,
  }: Pick<ProcessReport, 'error' | 'workAfterEnd' | 'cancelledAfterMs'>,
  form: FaultContext['form'],
): string[] {
  const tookMs = cancelledAfterMs ?? Number.POSITIVE_INFINITY
  return [
    ...(form === 'short' || tookMs <= mostMs ? [] : [`it took ${tookMs.toFixed(0)} ms`]),
    ...(error?.code === 'CANCELLED' ? [] : [`it ended with ${error?.code}: ${error?.message}`]),
    ...(workAfterEnd === 0 ? [] : [`after its end it did ${workAfterEnd} pieces of work`]),
  ]
}

async function nothingMet(): Promise<Met> {
  return { [Symbol.asyncDispose]: async () => undefined }
}

/** A remote that says nothing more when such a share of the clone has come; the run is cancelled then. */
async function halfAClone({ path, data }: Place, share: number): Promise<Met> {
  const server = await serveGit({ root: dirname(path) })
  const proxy = await createFaultyProxy(server.port)
  const url = `http://127.0.0.1:${proxy.port}/${basename(path)}`
  const measured = join(data, 'measured')
  await promisify(execFile)('git', ['clone', '--quiet', '--bare', '--depth=1', url, measured])
  rmSync(measured, { recursive: true })
  const bytes = Math.floor(share * proxy.carried())
  return {
    url,
    onStarted(cancel) {
      proxy.at(bytes, () => {
        void proxy.become({ kind: 'half-open' })
        cancel()
      })
    },
    mend: () => proxy.become(null),
    async [Symbol.asyncDispose]() {
      await proxy.close()
      await server[Symbol.asyncDispose]()
    },
  }
}

/** A port where nobody listens. */
async function storeAway(): Promise<Met> {
  const proxy = await createFaultyProxy(0)
  await proxy.become({ kind: 'down' })
  return { stores: chromaAt(proxy.port), [Symbol.asyncDispose]: () => proxy.close() }
}

/** A port where connections are taken, and nothing is answered. */
async function silentStore(): Promise<Met> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).resume()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    stores: chromaAt(port),
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function chromaAt(port: number): ServerStores {
  return { chroma: { url: `http://127.0.0.1:${port}`, collectionPrefix: 'away-' } }
}
