import { parentPort, workerData } from 'node:worker_threads'
import type { SpooledSurface } from '../contracts/journal.ts'
import { toCairnError } from '../errors.ts'
import { type BuiltGraph, createGraphMaker } from './build-graphs.ts'
import type { FromGraphThread, GraphThreadStart, ToGraphThread } from './graph-thread-messages.ts'
import { languagesById } from './thread-languages.ts'

const port = parentPort
if (port === null) throw new Error('This module runs in a worker thread only.')
const { repository, maxRows, paths, versions, languages }: GraphThreadStart = workerData

let onSurfaces: (surfaces: SpooledSurface[]) => void = () => {}
const build = createGraphMaker({
  repository,
  maxRows,
  versions: new Map(paths.map((path, index) => [path, versions[index] ?? ''])),
  language: languagesById(languages),
  surfaces: (wanted) =>
    new Promise((resolve) => {
      onSurfaces = resolve
      say({ kind: 'wanted', versions: wanted })
    }),
})

port.on('message', (message: ToGraphThread) => {
  if (message.kind === 'surfaces') onSurfaces([...message.surfaces])
  else build(message.files, { withNodes: message.withNodes }).then(sayBuilt, sayFailed)
})

function say(message: FromGraphThread, transfer: readonly ArrayBuffer[] = []): void {
  port?.postMessage(message, transfer)
}

function sayBuilt(graphs: readonly BuiltGraph[]): void {
  const parts = graphs.flatMap(({ rows }) => rows.flatMap((piece) => piece.parts))
  say(
    { kind: 'built', graphs },
    parts.map(({ buffer }) => buffer),
  )
}

function sayFailed(failure: unknown): void {
  const { code, message, cause } = toCairnError(failure)
  const stack = (cause instanceof Error ? cause.stack : undefined) ?? String(cause)
  say({ kind: 'failed', error: { code, message, stack } })
}
