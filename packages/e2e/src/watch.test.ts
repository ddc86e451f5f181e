import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  foldStatus,
  type IndexEvent,
  isTerminal,
  type StatusDocument,
  type StatusSource,
} from '@cairn/protocol'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  collectEvents,
  createWorkbench,
  moduleArguments,
  type Opened,
  shop,
  type Workbench,
} from './fixture.ts'

let bench: Workbench
beforeEach(() => {
  bench = createWorkbench()
})
afterEach(() => bench.close())

const seconds = 1_000

/** Starts a process that indexes a repository, with `body` run on each event. */
function indexElsewhere(path: string, body: string): ChildProcess {
  const data = join(bench.folder, 'data')
  const script = `
    import { createIndexer } from '@cairn/core'
    import { sqlite } from '@cairn/store-sqlite'
    import { staticEmbedder } from '@cairn/embedder-static'
    const storage = sqlite({ path: ${JSON.stringify(join(data, 'cairn.db'))} })
    const embedder = staticEmbedder({ threads: 1 })
    const indexer = createIndexer({ storage, embedder, cloneDirectory: ${JSON.stringify(data)} })
    const run = indexer.index({ path: ${JSON.stringify(path)} })
    run.on('event', (event) => { ${body} })
    await run.finished
    await indexer.close()
    await embedder.close()
    await storage.close()
  `
  return spawn(process.execPath, moduleArguments(script), {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
}

function watchAll(source: StatusSource): StatusDocument[] {
  const told: StatusDocument[] = []
  source.watch((status) => told.push(status), { intervalMs: 20 })
  return told
}

const isMilestone = ({ type }: IndexEvent): boolean =>
  /^(run|stage\.(started|completed))/.test(type)

/** The statuses after each change of a task that must not be left out, from the log. */
async function milestones({ storage }: Opened, taskId: string): Promise<StatusDocument[]> {
  const events = await storage.journal.tasks.events(taskId, { limit: 10_000 })
  let status: StatusDocument | null = null
  return events.flatMap((event) => {
    status = foldStatus(status, event)
    return isMilestone(event) && event.type !== 'stage.progressed' ? status : []
  })
}

describe('watching', () => {
  test('a run of this process tells its status after each of its events', async () => {
    const { indexer } = bench.open()
    const told = watchAll(indexer)
    const run = indexer.index({ path: bench.repository('shop', shop) })
    const events = collectEvents(run)
    await run.finished
    expect(told.map(({ seq }) => seq)).toEqual(events.map(({ seq }) => seq))
    expect(told.at(-1)).toEqual(await indexer.status(run.taskId))
    expect(run.status()).toBe(told.at(-1))
  })

  test('a run of another process is followed, and no stage and no end is left out', async () => {
    const opened = bench.open()
    const told = watchAll(opened.indexer)
    await opened.indexer.tasks()
    const closed = once(indexElsewhere(bench.repository('shop', shop), ''), 'close')
    await vi.waitUntil(() => told.some(({ status }) => isTerminal(status)), 40 * seconds)
    await closed
    const [{ taskId } = { taskId: '' }] = told
    const seqs = told.map(({ seq }) => seq)
    expect(seqs).toEqual([...new Set(seqs)].sort((left, right) => left - right))
    expect(told).toEqual(expect.arrayContaining(await milestones(opened, taskId)))
    expect(told.at(-1)).toEqual(await opened.indexer.status(taskId))
    expect(told.at(-1)).toMatchObject({ status: 'completed', overallProgress: 100 })
    // Now this process writes: its own run is told at once, and once.
    const before = told.length
    const run = opened.indexer.index({ path: join(bench.folder, 'shop') })
    const events = collectEvents(run)
    await run.finished
    expect(told.slice(before).map(({ seq }) => seq)).toEqual(events.map(({ seq }) => seq))
  })

  test('a task whose process was killed is told as interrupted, once, whoever writes or reads', async () => {
    const opened = bench.open()
    const told = watchAll(opened.indexer)
    await opened.indexer.tasks()
    const path = bench.repository('shop', shop)
    const child = indexElsewhere(
      path,
      `if (event.type === 'stage.started' && event.stage === 'storing') process.kill(process.pid, 'SIGKILL')`,
    )
    await once(child, 'close')
    await vi.waitUntil(
      () => told.some(({ currentStage }) => currentStage === 'storing'),
      40 * seconds,
    )
    const [{ taskId } = { taskId: '' }] = told
    const run = opened.indexer.index({ path })
    await run.finished
    const ends = (): StatusDocument[] =>
      told.filter((status) => status.taskId === taskId && isTerminal(status.status))
    await vi.waitUntil(() => ends().length > 0, 20 * seconds)
    expect(ends()).toMatchObject([
      { status: 'failed', errorsCount: 1, errors: [{ errorType: 'RUN_INTERRUPTED' }] },
    ])
  })

  test('a store that cannot be read is told, and that it can be again', async () => {
    const data = join(bench.folder, 'data')
    mkdirSync(data)
    writeFileSync(join(data, 'cairn.db'), 'This is no database. '.repeat(500))
    const { indexer } = bench.open()
    const told: StatusDocument[] = []
    const availability: (string | null)[] = []
    indexer.watch((status) => told.push(status), {
      intervalMs: 20,
      onAvailability: (error) =>
        availability.push(error && 'code' in error ? String(error.code) : null),
    })
    await vi.waitUntil(() => availability.length > 0, 10 * seconds)
    await expect(indexer.status('a')).rejects.toMatchObject({ code: 'STORE_CORRUPT' })
    rmSync(join(data, 'cairn.db'))
    await vi.waitUntil(() => availability.length > 1, 10 * seconds)
    expect(availability).toEqual(['STORE_CORRUPT', null])
    await indexer.index({ path: bench.repository('shop', shop) }).finished
    expect(told.at(-1)).toMatchObject({ status: 'completed' })
  })

  test('does not keep a process alive', () => {
    const script = `
      import { createIndexer } from '@cairn/core'
      import { sqlite } from '@cairn/store-sqlite'
      import { staticEmbedder } from '@cairn/embedder-static'
      const storage = sqlite({ path: ${JSON.stringify(join(bench.folder, 'cairn.db'))} })
      const indexer = createIndexer({ storage, embedder: staticEmbedder(), cloneDirectory: 'clones' })
      indexer.watch(() => undefined, { intervalMs: 1 })
      await indexer.tasks()
    `
    const child = spawnSync(process.execPath, moduleArguments(script), {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      timeout: 30 * seconds,
    })
    expect([child.status, child.stderr]).toEqual([0, ''])
  })

  test('ends with the indexer, which is not watched after it', async () => {
    const { indexer, close } = bench.open()
    const listener = vi.fn()
    indexer.watch(listener)
    await close()
    expect(() => indexer.watch(listener)).toThrow(expect.objectContaining({ code: 'CLOSED' }))
    expect(listener).not.toHaveBeenCalled()
  })

  test.each([
    ['a listener that is none', [null]],
    ['an interval of nothing', [() => undefined, { intervalMs: 0 }]],
    ['an option that there is not', [() => undefined, { everyMs: 5 }]],
  ])('is refused with %s', (_, values) => {
    const { indexer } = bench.open()
    const watch = indexer.watch as (...values: unknown[]) => unknown
    expect(() => watch(...values)).toThrow(expect.objectContaining({ code: 'INVALID_OPTIONS' }))
  })
})

describe('a listener that fails', () => {
  test('warns the run that it was put on, or every run where it was put on the indexer', async () => {
    const { indexer } = bench.open()
    const fail = (words: string) => (): never => {
      throw new Error(words)
    }
    const first = indexer.index({ path: bench.repository('first', shop) })
    const second = indexer.index({ path: bench.repository('second', shop) })
    const events = [collectEvents(first), collectEvents(second)]
    first.on('stage.completed', fail('of the first'))
    const bothRun = Promise.all(
      [first, second].map((run) => new Promise((resolve) => run.once('stage.started', resolve))),
    )
    await bothRun
    indexer.watch(fail('of all'))
    await Promise.all([first.finished, second.finished])
    const warnings = events.map((all) =>
      all.flatMap((event) => (event.type === 'warning.recorded' ? event.message : [])),
    )
    expect(warnings[0]?.sort()).toEqual([
      expect.stringMatching(/^A listener of stage.completed .*of the first/),
      expect.stringMatching(/^A listener of watch .*of all/),
    ])
    expect(warnings[1]).toEqual([expect.stringMatching(/^A listener of watch .*of all/)])
  })
})
