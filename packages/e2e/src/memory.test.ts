import { spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorkbench, moduleArguments, type Workbench } from './fixture.ts'

let bench: Workbench
let path: string
beforeAll(() => {
  bench = createWorkbench()
  path = bench.repository('much', sources())
})
afterAll(() => bench.close())

/** Real code in some languages, enough to make every thread work: that of the packages. */
function sources(): Record<string, string> {
  const packages = join(import.meta.dirname, '..', '..')
  const files: Record<string, string> = {}
  for (const name of ['core', 'protocol', 'server', 'store-sqlite', 'testkit']) {
    const folder = join(packages, name, 'src')
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || extname(entry.name) !== '.ts') continue
      const file = join(entry.parentPath, entry.name)
      files[file.slice(packages.length + 1)] = readFileSync(file, 'utf8')
    }
  }
  return files
}

interface Measured {
  readonly code: string | null
  readonly message: string
  readonly indexed: number
  readonly peakBytes: number
  readonly warnings: readonly string[]
  /** Pages that were being stored at once. */
  readonly mostPages: number
}

/** Indexes in a process of its own, which takes `ballastBytes` more when a stage begins. */
async function indexWithin(
  memoryBytes: number,
  { ballastBytes = 0, stage = 'parsing' } = {},
): Promise<Measured> {
  const data = join(bench.folder, `data-${memoryBytes}-${ballastBytes}-${stage}`)
  const script = `
    import { createIndexer } from '@cairn/core'
    import { sqlite } from '@cairn/store-sqlite'
    import { staticEmbedder } from '@cairn/embedder-static'
    const storage = sqlite({ path: ${JSON.stringify(join(data, 'cairn.db'))} })
    const embedder = staticEmbedder()
    const { ledger } = storage.journal
    let pages = 0
    let mostPages = 0
    const watched = { ...ledger, stage: async (...page) => {
      mostPages = Math.max(mostPages, ++pages)
      await ledger.stage(...page)
      pages--
    } }
    const indexer = createIndexer({
      storage: { ...storage, journal: { ...storage.journal, ledger: watched } },
      embedder, cloneDirectory: ${JSON.stringify(data)},
      limits: { parseThreads: 4, memoryBytes: ${memoryBytes} },
    })
    const run = indexer.index({ path: ${JSON.stringify(path)} })
    const warnings = []
    let ballast = null
    run.on('warning.recorded', ({ code, message }) => code === 'MEMORY_LIMIT' && warnings.push(message))
    run.on('stage.started', ({ stage }) => {
      if (stage === ${JSON.stringify(stage)}) ballast = Buffer.alloc(${ballastBytes}, 1)
    })
    const { code = null, message = '', files } = await run.finished.catch((error) => error)
    process.stdout.write(JSON.stringify({
      code, message, warnings, mostPages, indexed: files?.indexed ?? 0, held: ballast?.length,
      peakBytes: process.resourceUsage().maxRSS * 1024,
    }))
    await indexer.close()
    await embedder.close()
    await storage.close()
  `
  const child = spawn(process.execPath, moduleArguments(script), {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return JSON.parse(await text(child.stdout))
}

test('a limit that is too small is refused with the smallest that works, and that one is kept to', async () => {
  const refused = await indexWithin(60_000_000)
  expect(refused).toMatchObject({ code: 'MEMORY_LIMIT', indexed: 0 })
  const least = 1_000_000 * Number(/about (\d+) MB/.exec(refused.message)?.[1])
  expect(least).toBeGreaterThan(100_000_000)

  const run = await indexWithin(least)
  expect(run).toMatchObject({ code: null, warnings: [] })
  expect(run.indexed).toBeGreaterThan(300)
  expect(run.peakBytes).toBeLessThan(least)

  // What the host takes in the middle of it cannot be undone: the run says so and comes to its end.
  for (const stage of ['parsing', 'storing']) {
    const crowded = await indexWithin(least, { ballastBytes: least, stage })
    expect(crowded).toMatchObject({ code: null, indexed: run.indexed, mostPages: 1 })
    expect(crowded.warnings).toEqual([
      expect.stringMatching(/^The process holds \d+ MB, more than limits\.memoryBytes/),
    ])
  }
}, 60_000)
