import { once } from 'node:events'
import type { Worker } from 'node:worker_threads'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { versionId } from '../content-ids.ts'
import type { GraphRows } from '../contracts/graph-store.ts'
import type { Spool, SpooledFile } from '../contracts/journal.ts'
import type { Language } from '../contracts/language.ts'
import type { FileSurface, SymbolDefinition } from '../contracts/parsed-file.ts'
import { StoreError } from '../errors.ts'
import { createMemoryGate, type MemoryGate } from '../memory-gate.ts'
import { builtinLanguages } from '../parsing/builtin-languages.ts'
import { createLanguageDetector } from '../parsing/detect-language.ts'
import { builtin, parseSource } from '../parsing/fixtures/parse-source.ts'
import { encodeReferences, encodeSurface } from '../parsing/surface-codec.ts'
import { decodeGraph } from './encoded-graph.ts'
import { type BuiltGraph, createGraphBuilder, type GraphBuilder } from './graph-builder.ts'

const [few, many] = [1, 1_000]

/** A repository in which every language refers from file to file. */
const sources: Readonly<Record<string, string>> = {
  'app/base.py': 'import os\n\nclass Base:\n    def save(self):\n        return 1\n',
  'app/models.py':
    'from .base import Base\n\nclass User(Base):\n    def create(self):\n        self.save()\n',
  'web/send.ts': 'export const send = () => 1\nexport class Socket { open() { send() } }\n',
  'web/index.tsx':
    "import { Socket } from './send.ts'\nclass Fast extends Socket { run() { this.open() } }\n",
  'web/old.js': "const { send } = require('./send.ts')\nsend()\n",
  'main.go': 'package main\n\nimport "example.com/shop/price"\n\nfunc main() { price.Of() }\n',
  'price/price.go': 'package price\n\nfunc Of() int { return 1 }\n',
  'com/shop/Base.java': 'package com.shop;\npublic class Base { protected void log() {} }\n',
  'com/shop/Cart.java':
    'package com.shop;\npublic class Cart extends Base { void add() { log(); } }\n',
  'src/net.rs': 'pub fn open() {}\n',
  'src/main.rs': 'mod net;\nuse crate::net::open;\nfn main() { open(); }\n',
  'c/list.h': 'int size(void);\n',
  'c/list.c':
    '#include "list.h"\nint size(void) { return 0; }\nint twice(void) { return size(); }\n',
  'lib/base.rb': 'class Base\n  def save; end\nend\n',
  'lib/user.rb': "require_relative 'base'\nclass User < Base\n  def create\n    save\n  end\nend\n",
  'php/Base.php': '<?php\nnamespace Shop;\nclass Base { function log() {} }\n',
  'php/Cart.php':
    '<?php\nnamespace Shop;\nuse Shop\\Base;\nclass Cart extends Base { function add() { $this->log(); } }\n',
  'cs/Base.cs': 'namespace Shop;\npublic class Base { protected void Log() {} }\n',
  'cs/Cart.cs': 'namespace Shop;\npublic class Cart : Base { void Add() { Log(); } }\n',
  'tools/run.sh': 'source ./lib.sh\nhelp\n',
  'tools/lib.sh': 'help() { echo 1; }\n',
  'README.md': '# Shop\n\n## Use\n',
  'data.json': '{ "name": "shop" }\n',
}

interface Repository {
  readonly versions: ReadonlyMap<string, string>
  readonly spool: Pick<Spool, 'surfaces'>
  /** Its files, as the spool gives them. */
  files(): SpooledFile[]
}

async function repositoryOf(
  contents: Readonly<Record<string, string>>,
  languages: readonly Language[],
): Promise<Repository> {
  const languageOf = createLanguageDetector([...languages])
  const byVersion = new Map<string, () => SpooledFile>()
  const versions = new Map<string, string>()
  for (const [path, text] of Object.entries(contents)) {
    const language = languages.find(({ id }) => id === languageOf(path)) ?? null
    const parsed = await parseSource(text, language)
    const version = versionId('r', path, text, 'none')
    versions.set(path, version)
    byVersion.set(version, () => ({
      version,
      path,
      language: parsed.language,
      surface: encodeSurface(parsed),
      uses: encodeReferences(parsed.references),
      chunkCount: parsed.chunks.length,
      syntaxErrors: parsed.syntaxErrors,
    }))
  }
  return {
    versions,
    spool: {
      surfaces: async (wanted) => wanted.flatMap((version) => byVersion.get(version)?.() ?? []),
    },
    files: () => [...byVersion.values()].map((make) => make()),
  }
}

const everyLanguage = repositoryOf(sources, builtinLanguages)

const memoryOf = (limitBytes: number): MemoryGate =>
  createMemoryGate({ limitBytes, isOwn: true, residentBytes: () => 0 })

function builderOf(
  { versions, spool }: Pick<Repository, 'versions' | 'spool'>,
  options: Partial<Parameters<typeof createGraphBuilder>[0]>,
): GraphBuilder {
  const languages = builtinLanguages
  const defaults = {
    ...{ repository: 'r', versions, spool, languages, maxRows: 1_000, files: few },
    memory: memoryOf(Number.POSITIVE_INFINITY),
  }
  const builder = createGraphBuilder({ ...defaults, ...options })
  onTestFinished(() => builder.close())
  return builder
}

/** The threads that were started since. */
function startedThreads(): Worker[] {
  const workers: Worker[] = []
  const note = (worker: Worker): void => void workers.push(worker)
  process.on('worker', note)
  onTestFinished(() => void process.off('worker', note))
  return workers
}

function symbol(name: string, line: number): SymbolDefinition {
  const lines = { startLine: line, endLine: line }
  const about = { kind: 'function', parent: null, isExported: true, summary: null } as const
  return { name, symbolPath: name, ...lines, ...about }
}

function rowsOf(graphs: readonly BuiltGraph[]): GraphRows {
  return decodeGraph({ parts: graphs.flatMap(({ rows }) => rows.flatMap(({ parts }) => parts)) })
}

/** Edges as `type from -> to`, with what the rows say of their ends. */
function edgeLines(graphs: readonly BuiltGraph[]): string[] {
  const { nodes, edges } = rowsOf(graphs)
  const names = new Map(nodes.map((node) => [node.id, node.symbolPath ?? node.path ?? node.name]))
  return edges.map(({ type, from, to }) => `${type} ${names.get(from)} -> ${names.get(to)}`).sort()
}

describe('graphs', () => {
  test('are the same from a thread as from here, with and without nodes', async () => {
    const repository = await everyLanguage
    const workers = startedThreads()
    const here = builderOf(repository, { files: few })
    for (const withNodes of [true, false]) {
      const inHost = await here.build(repository.files(), { withNodes })
      expect(workers).toHaveLength(0)
      const thread = builderOf(repository, { files: many })
      const inThread = await thread.build(repository.files(), { withNodes })
      expect(rowsOf(inThread)).toEqual(rowsOf(inHost))
      const counts = (graphs: BuiltGraph[]) => graphs.map(({ rows: _, ...count }) => count)
      expect(counts(inThread)).toEqual(counts(inHost))
      expect(workers.splice(0)).toHaveLength(1)
    }
    const lines = edgeLines(await here.build(repository.files(), { withNodes: true }))
    expect(lines).toEqual(
      expect.arrayContaining([
        'calls Cart.add -> Base.log',
        'calls Fast.run -> Socket.open',
        'calls User.create -> Base.save',
        'calls main -> Of',
        'calls main -> open',
        'imports app/base.py -> os',
        'imports c/list.c -> c/list.h',
        'imports lib/user.rb -> lib/base.rb',
      ]),
    )
  })

  test('say how much they are, in pieces of no more rows than allowed', async () => {
    const repository = await everyLanguage
    const whole = builderOf(repository, { files: many })
    const pieces = builderOf(repository, { files: many, maxRows: 2 })
    const graphs = await whole.build(repository.files(), { withNodes: true })
    const inPieces = await pieces.build(repository.files(), { withNodes: true })
    for (const [index, { rows, ...graph }] of inPieces.entries()) {
      const { nodes, edges } = rowsOf([{ rows, ...graph }])
      expect(nodes).toHaveLength(graph.nodeCount + graph.edgeSetNodes)
      expect(edges).toHaveLength(graph.edgeSetEdges)
      for (const piece of rows) {
        const { nodes, edges } = decodeGraph(piece)
        expect([piece.nodes, piece.edges]).toEqual([nodes.length, edges.length])
        expect(piece.nodes + piece.edges).toBeLessThanOrEqual(2)
      }
      const same = graphs[index]
      expect({ nodes, edges }).toEqual(same && rowsOf([same]))
    }
  })

  test('of many files come from a thread as soon as they are many', async () => {
    const repository = await everyLanguage
    const workers = startedThreads()
    const builder = builderOf(repository, { files: few })
    const first = await builder.build(repository.files(), { withNodes: true })
    await builder.build(repository.files(), { withNodes: true })
    expect(workers).toHaveLength(0)
    const last = await builder.build(repository.files(), { withNodes: true })
    expect(workers).toHaveLength(1)
    expect(rowsOf(last)).toEqual(rowsOf(first))
  })

  test('of no files start no thread', async () => {
    const workers = startedThreads()
    const builder = builderOf(await repositoryOf({}, builtinLanguages), { files: many })
    expect(await builder.build([], { withNodes: true })).toEqual([])
    expect(workers).toHaveLength(0)
  })

  test('of a file with tens of thousands of symbols are built in a thread', async () => {
    const symbols = Array.from({ length: 30_000 }, (_, index) => symbol(`f${index}`, index + 1))
    const surface: FileSurface = { symbols, imports: [], heritage: [], packageName: null }
    const repository = await repositoryOf({ 'a.ts': '' }, builtinLanguages)
    const builder = builderOf(repository, { files: many, maxRows: 10_000 })
    const files = repository.files().map((file) => ({ ...file, surface: encodeSurface(surface) }))
    const [graph] = await builder.build(files, { withNodes: true })
    expect(graph).toMatchObject({ symbolCount: 30_000, edgeSetEdges: 30_000 })
    expect(graph?.rows).toHaveLength(7)
  })
})

describe('a language of your own', () => {
  const shout: Language = { ...builtin('typescript'), id: 'shout', extensions: ['.shout'] }
  const text = {
    'a.shout': "import { b } from './b.shout'\nexport function a() { b() }\n",
    'b.shout': 'export function b() {}\n',
    'c.shout': 'export function b() {}\n',
  }

  test('that resolves like a built-in one crosses into the thread', async () => {
    const languages = [...builtinLanguages, shout]
    const repository = await repositoryOf(text, languages)
    const workers = startedThreads()
    const builder = builderOf(repository, { languages, files: many })
    const graphs = await builder.build(repository.files(), { withNodes: true })
    expect(workers).toHaveLength(1)
    expect(edgeLines(graphs)).toContain('imports a.shout -> b.shout')
  })

  test('with a function of its own is resolved by it, however many files there are', async () => {
    const languages = [...builtinLanguages, { ...shout, resolveModule: () => ['c.shout'] }]
    const repository = await repositoryOf(text, languages)
    const workers = startedThreads()
    const builder = builderOf(repository, { languages, files: many })
    const graphs = await builder.build(repository.files(), { withNodes: true })
    expect(workers).toHaveLength(0)
    expect(edgeLines(graphs)).toContain('imports a.shout -> c.shout')
  })

  test('in the place of a built-in one takes its place in the thread too', async () => {
    const { resolveModule: _, ...blind } = builtin('typescript')
    const languages = [...builtinLanguages.filter(({ id }) => id !== 'typescript'), blind]
    const repository = await repositoryOf(sources, languages)
    const workers = startedThreads()
    const builder = builderOf(repository, { languages, files: many })
    const files = repository.files().filter(({ path }) => path.startsWith('web/'))
    const lines = edgeLines(await builder.build(files, { withNodes: true }))
    expect(workers).toHaveLength(1)
    expect(lines).toContain('imports web/old.js -> web/send.ts')
  })
})

describe('a thread', () => {
  test('that is at work ends when the signal aborts and it is closed', async () => {
    const repository = await everyLanguage
    const workers = startedThreads()
    let onAsked: () => void = () => {}
    const asked = new Promise<void>((resolve) => {
      onAsked = resolve
    })
    const spool = {
      surfaces: () => {
        onAsked()
        return new Promise<never>(() => {})
      },
    }
    const builder = builderOf({ ...repository, spool }, { files: many })
    const abort = new AbortController()
    const files = repository.files().filter(({ path }) => path === 'app/models.py')
    const build = builder.build(files, { withNodes: true, signal: abort.signal })
    await asked
    abort.abort(new Error('enough'))
    await expect(build).rejects.toThrow('enough')
    await builder.close()
    expect(workers.map(({ threadId }) => threadId)).toEqual([-1])
    await expect(builder.build(repository.files(), { withNodes: true })).rejects.toMatchObject({
      code: 'CLOSED',
    })
  })

  test('that dies is told as such, and no later build waits for it', async () => {
    const repository = await everyLanguage
    const workers = startedThreads()
    const spool = {
      surfaces: async () => {
        const [worker] = workers
        if (worker) await Promise.all([once(worker, 'exit'), worker.terminate()])
        return []
      },
    }
    const builder = builderOf({ ...repository, spool }, { files: many })
    const files = repository.files().filter(({ path }) => path === 'app/models.py')
    const died = { code: 'INTERNAL', recoverable: true, cause: expect.any(Error) }
    await expect(builder.build(files, { withNodes: true })).rejects.toMatchObject(died)
    await expect(builder.build(files, { withNodes: true })).rejects.toMatchObject(died)
  })

  test('has the heap that the limit of the process leaves it', async () => {
    const repository = await everyLanguage
    const workers = startedThreads()
    for (const limit of [Number.POSITIVE_INFINITY, 400_000_000]) {
      const builder = builderOf(repository, { files: many, memory: memoryOf(limit) })
      await builder.build(repository.files().slice(0, 1), { withNodes: true })
    }
    expect(workers.map(({ resourceLimits }) => resourceLimits)).toMatchObject([
      { maxOldGenerationSizeMb: 512, maxYoungGenerationSizeMb: 24 },
      { maxOldGenerationSizeMb: 100, maxYoungGenerationSizeMb: 6 },
    ])
  })

  test('whose heap is too small says for which files, and which limit would do', async () => {
    const repository = await everyLanguage
    // More definitions than are taken of a file.
    const symbols = Array.from({ length: 20_000 }, (_, index) => symbol(`f${index}`, index + 1))
    const surface = encodeSurface({ symbols, imports: [], heritage: [], packageName: null })
    const files = repository.files().map((file) => ({ ...file, surface: surface.slice() }))
    const builder = builderOf(repository, { files: many, memory: memoryOf(200_000_000) })
    const build = builder.build(files, { withNodes: true })
    await expect(build).rejects.toMatchObject({
      code: 'MEMORY_LIMIT',
      recoverable: false,
      message: expect.stringMatching(
        /^To resolve the edges of 23 files, app\/base.py to data.json, needs more than the 64 MB of heap .* is 200 MB. With about 512 MB/,
      ),
    })
  })

  test('hands on what the journal fails with', async () => {
    const repository = await everyLanguage
    const failure = new StoreError('STORE_FAILED', 'gone')
    const surfaces = vi.fn(() => Promise.reject(failure))
    const builder = builderOf({ ...repository, spool: { surfaces } }, { files: many })
    const files = repository.files().filter(({ path }) => path === 'app/models.py')
    await expect(builder.build(files, { withNodes: true })).rejects.toBe(failure)
  })

  test('tells of a surface that was altered as the host does', async () => {
    const repository = await everyLanguage
    const junk = (): SpooledFile[] =>
      repository.files().map((file) => ({ ...file, surface: new TextEncoder().encode('junk') }))
    for (const files of [few, many]) {
      const builder = builderOf(repository, { files })
      await expect(builder.build(junk(), { withNodes: true })).rejects.toMatchObject({
        name: 'StoreError',
        code: 'STORE_CORRUPT',
        message: expect.stringContaining('app/base.py was altered'),
        cause: expect.any(Error),
      })
    }
  })
})
