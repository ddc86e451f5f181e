import { spawn } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { ChromaOptions } from '@cairn/store-chroma'
import type { Neo4jOptions } from '@cairn/store-neo4j'
import { watchMemory } from './process-memory.ts'

/** What one run in a process of its own took. */
export interface RunMeasure {
  readonly seconds: number
  /** Processor time of the run, of all its threads. */
  readonly cpuSeconds: number
  /** Processor time of storing and telling its events once more. */
  readonly progressCpuSeconds: number
  readonly stages: Readonly<Record<string, { readonly seconds: number; readonly items: number }>>
  readonly events: number
  readonly files: Readonly<Record<string, number>>
  readonly chunks: number
  readonly symbols: number
  readonly edges: number
  /** 99th percentile over the run. */
  readonly eventLoopDelayMs: number
  /** One for each search. */
  readonly latenciesMs: readonly number[]
  /** Of the process tree, while it indexes and searches; null where the platform does not tell. */
  readonly peakBytes: number | null
  readonly diskBytes: number
}

const script = fileURLToPath(new URL('./index-once.mjs', import.meta.url))

/** Questions as people ask them, for search latency. */
const queries = [
  'where are failed requests retried',
  'parse a date from a string',
  'open a file and read its lines',
  'getUserById',
  'how is the connection pool closed',
] as const

/** Stores in servers that a run writes to, by the options of their adapters; the others are in its folder. */
export interface ServerStores {
  readonly chroma?: ChromaOptions
  readonly neo4j?: Neo4jOptions
}

/** Indexes `path` into `data` in a new process. */
export async function measureRun(
  path: string,
  data: string,
  searches: number,
  servers: ServerStores = {},
): Promise<RunMeasure> {
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      script,
      JSON.stringify({ path, data, queries, searches, servers }),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const memory = watchMemory(child.pid ?? 0)
  let printed = ''
  try {
    for await (const piece of child.stdout.setEncoding('utf8')) {
      // The first is a line break, with which the run is over and the measuring of its progress begins.
      memory.stop()
      printed += piece
    }
  } finally {
    memory.stop()
  }
  if (printed.trim() === '')
    throw new Error(`The run of ${path} gave no figures; its error is above.`)
  return { ...JSON.parse(printed), peakBytes: memory.peakBytes(), diskBytes: folderBytes(data) }
}

function folderBytes(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
}
