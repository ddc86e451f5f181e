import type { Embedder, IndexRun, Storage } from '@cairn/core'
import { staticEmbedder } from '@cairn/embedder-static'
import { watchStorage } from '@cairn/faults/call-watch'
import { contentOf } from '@cairn/faults/stored-content'
import type { StatusDocument } from '@cairn/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  collectEvents,
  createWorkbench,
  failing,
  shop,
  type Workbench,
  writeFiles,
} from './fixture.ts'
import { hangingGitServer } from './hanging-git-server.ts'
import { endlessFile, stuckCall, waysToStick } from './stuck.ts'

let bench: Workbench
let embedder: Embedder
beforeEach(() => {
  bench = createWorkbench()
  embedder = staticEmbedder({ threads: 1 })
})
afterEach(async () => {
  await bench.close()
  await embedder.close?.()
})

const ways = (storage: Storage) => waysToStick(storage, embedder)
const wayNames = [
  'a file that takes for ever',
  'a batch of the embedder',
  'the wait for an embedder that is down',
  'a write to the vectors',
  'the wait for a vector store that is down',
  'a write to the graph',
  'a question to the graph',
]

/** The embedder, with every text that it embedded. */
function counting(real: Embedder): { embedder: Embedder; texts: string[] } {
  const texts: string[] = []
  return {
    texts,
    embedder: failing(real, {
      embedDocuments: async (batch, options) => {
        const vectors = await real.embedDocuments(batch, options)
        // What a run no longer waits for is not embedded.
        if (!options?.signal?.aborted) texts.push(...batch)
        return vectors
      },
    }),
  }
}

describe.each(wayNames)('stuck in %s', (name) => {
  test.each(['cancel', 'pause'] as const)(
    '%s ends it there, keeps the last index, and resume goes on with the task',
    async (command) => {
      const path = bench.repository('shop', { ...shop, ...endlessFile })
      const opened = bench.open({ embedder })
      const { storage } = opened
      const before = opened.indexer.index({ path, include: ['shop/**'] })
      const { chunks } = await before.finished
      const way = ways(storage).find(([each]) => each === name)
      if (!way) throw new Error(`no way ${name}`)
      const [, stage, make] = way
      const { options, reached, left } = make()
      const { indexer } = bench.open({ storage, embedder, ...options })
      const run = indexer.index({ path, exclude: name.startsWith('a file') ? [] : ['z/**'] })
      await reached(run)
      const status =
        command === 'cancel'
          ? await indexer.cancel(run.taskId, 'Enough.')
          : await indexer.pause(run.taskId)
      await left()
      const code = command === 'cancel' ? 'CANCELLED' : 'PAUSED'
      await expect(run.finished).rejects.toMatchObject({ code })
      const wanted = { status: command === 'cancel' ? 'cancelled' : 'paused', currentStage: stage }
      expect(status).toMatchObject(wanted)
      expect(await opened.indexer.status(run.taskId)).toEqual(status)
      if (stage !== 'validating') {
        expect(await indexer.repositories()).toMatchObject([{ name: 'shop', chunks }])
      }
      if (stage === 'parsing') {
        // The one thread is free again: nobody is at the file any more.
        const other = indexer.index({ path, exclude: ['z/**'], name: 'other' })
        await expect(other.finished).resolves.toMatchObject({ files: { indexed: 5 } })
      }
      await indexer.close()
      if (stage === 'parsing') return

      const counted = counting(embedder)
      const next = bench.open({ storage, embedder: counted.embedder })
      const resumed = await next.indexer.resume(run.taskId)
      expect(resumed.taskId).toBe(run.taskId)
      expect(resumed.runId).not.toBe(run.runId)
      await resumed.finished
      const completed = await next.indexer.status(run.taskId)
      expect(completed).toMatchObject({ status: 'completed', runId: resumed.runId })
      if (stage !== 'embedding') expect(counted.texts).toEqual([])
      expect(await next.indexer.reconcile('shop')).toMatchObject({ ok: true, repaired: 0 })
    },
    60_000,
  )
})

test.each(['cancel', 'pause'] as const)(
  '%s while the journal is at a write ends the run with that write, and nothing is begun after it',
  async (command) => {
    const path = bench.repository('shop', shop)
    const opened = bench.open({ embedder })
    const { journal } = opened.storage
    const begun: string[] = []
    let reach = (): void => undefined
    const reached = new Promise<void>((resolve) => {
      reach = resolve
    })
    let release = (): void => undefined
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    const hanging: Storage = {
      ...opened.storage,
      journal: {
        ...journal,
        spool: {
          ...journal.spool,
          async write(...values) {
            reach()
            await released
            await journal.spool.write(...values)
          },
        },
      },
    }
    const storage = watchStorage(hanging, {
      begin(name) {
        begun.push(name)
        return () => undefined
      },
    })
    const { indexer } = bench.open({ storage, embedder })
    const run = indexer.index({ path })
    let hasEnded = false
    run.finished.catch(() => {
      hasEnded = true
    })
    await reached
    const ending = indexer[command](run.taskId)
    // Who asks is not held up.
    expect(await indexer.status(run.taskId)).toMatchObject({ status: 'in_progress' })
    expect(hasEnded).toBe(false)
    const before = begun.length
    release()
    const status = command === 'cancel' ? 'cancelled' : 'paused'
    expect(await ending).toMatchObject({ status, currentStage: 'parsing' })
    await expect(run.finished).rejects.toMatchObject({
      code: command === 'cancel' ? 'CANCELLED' : 'PAUSED',
    })
    // Whatever else is begun is the tidying after a run.
    const work = /^(plans|spool|cache.put|vectors|graph|ledger)/
    expect(begun.slice(before).filter((name) => work.test(name))).toEqual([])
    const resumed = await indexer.resume(run.taskId)
    await expect(resumed.finished).resolves.toMatchObject({ files: { indexed: 5 } })
  },
)

test.each(['cancel', 'pause'] as const)(
  '%s of a clone that hangs lets go of the server',
  async (command) => {
    bench.repository('served/shop', shop)
    await using server = await hangingGitServer(`${bench.folder}/served`)
    const { indexer } = bench.open()
    const hung = server.hang({ connection: 2, afterBytes: 40 })
    const run = indexer.index({ url: `${server.url}/shop` })
    const { left } = await hung
    expect(await indexer[command](run.taskId)).toMatchObject({ currentStage: 'cloning' })
    await left
    const resumed = await indexer.resume(run.taskId)
    expect(await resumed.finished).toMatchObject({ files: { indexed: 5 } })
  },
)

test.each(['cancel', 'pause'] as const)(
  '%s of a run that waits for its turn leaves the one that goes',
  async (command) => {
    const path = bench.repository('shop', shop)
    const { reached, call } = stuckCall()
    let isStuck = true
    const { indexer } = bench.open({
      embedder: failing(embedder, {
        embedDocuments: (texts, options) =>
          isStuck ? call(options?.signal) : embedder.embedDocuments(texts, options),
      }),
    })
    const first = indexer.index({ path })
    await reached
    const second = indexer.index({ path, onBusy: 'wait' })
    const waiting = new Promise<void>((resolve) => {
      second.on('health.changed', () => resolve())
    })
    await waiting
    expect(await indexer.status(second.taskId)).toMatchObject({
      status: 'pending',
      currentStage: 'queued',
      health: {
        state: 'waiting',
        detail: `Repository "shop" is being indexed by task ${first.taskId}.`,
      },
    })
    expect(await indexer[command](second.taskId)).toMatchObject({ currentStage: 'queued' })
    expect(await indexer.status(first.taskId)).toMatchObject({ status: 'in_progress' })
    isStuck = false
    await indexer.cancel(first.taskId)
    const resumed = await indexer.resume(second.taskId)
    await expect(resumed.finished).resolves.toMatchObject({ taskId: second.taskId })
  },
)

/** Pauses a run at the first event of this stage; its status then. */
async function pausedAt(run: IndexRun, stage: string, pause: () => Promise<StatusDocument>) {
  const paused = new Promise<StatusDocument>((resolve, reject) => {
    run.on('stage.started', (event) => {
      if (event.stage === stage) pause().then(resolve, reject)
    })
  })
  await expect(run.finished).rejects.toMatchObject({ code: 'PAUSED' })
  return paused
}

test.each(['parsing', 'embedding', 'storing'])(
  'paused in %s and resumed in another process, a task ends as if it had never been paused',
  async (stage) => {
    const path = bench.repository('shop', shop)
    const first = counting(embedder)
    const opened = bench.open({ embedder: first.embedder })
    const asked = { path, include: ['shop/**', 'web/**'], priority: 'high' } as const
    const run = opened.indexer.index(asked)
    const progress: number[] = []
    opened.indexer.on('event', () => progress.push(run.status()?.overallProgress ?? 0))
    const paused = await pausedAt(run, stage, () => opened.indexer.pause(run.taskId))
    expect(paused).toMatchObject({ status: 'paused', currentStage: stage, eta: null })
    await opened.close()

    const second = counting(embedder)
    const { indexer, storage } = bench.open({ embedder: second.embedder })
    expect(await indexer.status(run.taskId)).toMatchObject({ status: 'paused', runId: run.runId })
    expect(await indexer.pause(run.taskId)).toMatchObject({ status: 'paused' })
    const resumed = await indexer.resume(run.taskId)
    const events = collectEvents(resumed)
    resumed.on('event', () => progress.push(resumed.status()?.overallProgress ?? 0))
    const result = await resumed.finished
    expect(result).toMatchObject({ taskId: run.taskId, files: { skipped: 2 } })
    // Where the pause came while the ledger was committed, they are unchanged.
    expect(result.files.indexed + result.files.unchanged).toBe(4)
    expect(events.slice(0, 2).map(({ type }) => type)).toEqual(['run.resumed', 'run.started'])
    expect(progress).toEqual([...progress].sort((one, other) => one - other))
    expect(progress.at(-1)).toBe(100)

    const texts = [...first.texts, ...second.texts]
    expect(new Set(texts).size).toBe(texts.length)
    const third = counting(embedder)
    const fresh = bench.open({ data: 'fresh', embedder: third.embedder })
    await fresh.indexer.index(asked).finished
    expect(texts.toSorted()).toEqual(third.texts.toSorted())
    expect(await contentOf(storage, 'shop')).toEqual(await contentOf(fresh.storage, 'shop'))
    await expect(indexer.resume(run.taskId)).rejects.toMatchObject({ code: 'TASK_ENDED' })
  },
  60_000,
)

test('a failed task goes on where it failed, with the credentials of whoever resumes it', async () => {
  const path = bench.repository('shop', shop)
  let isDown = true
  const { indexer } = bench.open({
    embedder: failing(embedder, {
      embedDocuments: async (texts, options) => {
        if (isDown) throw new Error('It is down.')
        return embedder.embedDocuments(texts, options)
      },
    }),
    limits: { retries: 0 },
  })
  const run = indexer.index({ path })
  await expect(run.finished).rejects.toMatchObject({ code: 'EMBEDDER_UNAVAILABLE' })
  isDown = false
  const resumed = await indexer.resume(run.taskId)
  await expect(indexer.resume(run.taskId)).rejects.toMatchObject({
    code: 'REPOSITORY_BUSY',
    taskId: run.taskId,
  })
  await expect(resumed.finished).resolves.toMatchObject({ files: { indexed: 5 } })
  const { logs } = await indexer.logs(run.taskId, { stage: 'queued' })
  expect(logs.map(({ message }) => message)).toContain('The task goes on in another run.')
})

test('what has ended, and what is not known, is told apart', async () => {
  const { indexer } = bench.open()
  const { taskId } = await indexer.index({ path: bench.repository('shop', shop) }).finished
  const before = await indexer.status(taskId)
  expect(before.status).toBe('completed')
  expect(await indexer.cancel(taskId)).toEqual(before)
  for (const command of ['pause', 'resume'] as const) {
    await expect(indexer[command](taskId)).rejects.toMatchObject({
      code: 'TASK_ENDED',
      taskId,
      status: 'completed',
    })
  }
  for (const command of ['cancel', 'pause', 'resume'] as const) {
    await expect(indexer[command]('nobody')).rejects.toMatchObject({ code: 'TASK_NOT_FOUND' })
  }
  await expect(indexer.update('nobody')).rejects.toMatchObject({ code: 'REPOSITORY_NOT_FOUND' })
})

test('a paused task may be cancelled, and says so to who listens', async () => {
  const { indexer } = bench.open()
  const run = indexer.index({ path: bench.repository('shop', shop) })
  await pausedAt(run, 'parsing', () => indexer.pause(run.taskId))
  const events = collectEvents(indexer)
  expect(await indexer.cancel(run.taskId, 'No longer.')).toMatchObject({
    status: 'cancelled',
    currentStage: 'parsing',
  })
  expect(events).toMatchObject([{ type: 'run.cancelled', runId: run.runId, reason: 'No longer.' }])
})

test('what is asked of a paused task at once happens one after the other', async () => {
  const { indexer } = bench.open()
  const run = indexer.index({ path: bench.repository('shop', shop) })
  await pausedAt(run, 'parsing', () => indexer.pause(run.taskId))
  const events = collectEvents(indexer)
  const [first, second, resumed, again] = await Promise.allSettled([
    indexer.cancel(run.taskId, 'No longer.'),
    indexer.cancel(run.taskId, 'Once more.'),
    indexer.resume(run.taskId),
    indexer.resume(run.taskId),
  ])
  expect(first).toMatchObject({ status: 'fulfilled', value: { status: 'cancelled' } })
  expect(second).toEqual(first)
  expect(again).toMatchObject({ reason: { code: 'REPOSITORY_BUSY', taskId: run.taskId } })
  if (resumed.status === 'rejected') throw resumed.reason
  await resumed.value.finished
  const ends = events.filter(({ type }) => type === 'run.cancelled' || type === 'run.completed')
  expect(ends).toMatchObject([
    { type: 'run.cancelled', reason: 'No longer.' },
    { type: 'run.completed', runId: resumed.value.runId },
  ])
})

test('an update takes the source and the patterns that the repository was indexed with', async () => {
  const path = bench.repository('shop', shop)
  const { indexer } = bench.open()
  await indexer.index({ path, include: ['shop/**'], name: 'till' }).finished
  writeFiles(path, { 'shop/late.py': 'def late():\n    return 1\n', 'web/late.ts': 'late()\n' })
  const run = await indexer.update('till')
  expect(run.repository).toBe('till')
  const { files } = await run.finished
  expect(files).toMatchObject({ indexed: 1, unchanged: 2, deleted: 0 })
  await expect(indexer.explain('till', 'web/late.ts')).resolves.toMatchObject({ state: 'skipped' })
})

describe('a second request for a repository', () => {
  test('joins the run of the same files, and its signal ends only the waiting', async () => {
    const path = bench.repository('shop', shop)
    const { indexer } = bench.open()
    const first = indexer.index({ path })
    const controller = new AbortController()
    const stages: string[] = []
    const joined = indexer.index({
      path,
      onBusy: 'join',
      onProgress: (stage) => stages.push(stage),
    })
    const left = indexer.index({ path, onBusy: 'join', signal: controller.signal })
    const other = indexer.index({ path, onBusy: 'join', include: ['web/**'] })
    expect([joined, left].map(({ taskId, runId }) => [taskId, runId])).toEqual([
      [first.taskId, first.runId],
      [first.taskId, first.runId],
    ])
    expect(other.taskId).not.toBe(first.taskId)
    controller.abort()
    await expect(left.finished).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(await joined.finished).toEqual(await first.finished)
    expect(stages).toContain('validating')
    await expect(other.finished).resolves.toMatchObject({ files: { unchanged: 2 } })
  })

  test('supersedes what goes and what waits', async () => {
    const path = bench.repository('shop', shop)
    const { indexer } = bench.open()
    const going = indexer.index({ path })
    const waiting = indexer.index({ path, onBusy: 'wait' })
    const last = indexer.index({ path, onBusy: 'supersede' })
    for (const { finished } of [going, waiting]) {
      await expect(finished).rejects.toMatchObject({
        code: 'CANCELLED',
        message: `Superseded by task ${last.taskId}.`,
      })
    }
    await expect(last.finished).resolves.toMatchObject({ files: { indexed: 5 } })
  })
})

test('so many clones at once are made from one host', async () => {
  for (const name of ['one', 'two']) bench.repository(`served/${name}`, shop)
  await using server = await hangingGitServer(`${bench.folder}/served`)
  const { indexer } = bench.open({ limits: { clonesPerHost: 1 } })
  const hung = server.hang({ connection: 1, afterBytes: 0 })
  const one = indexer.index({ url: `${server.url}/one` })
  await hung
  const two = indexer.index({ url: `${server.url}/two` })
  const waiting = new Promise<string | null>((resolve) => {
    two.on('health.changed', ({ health }) => resolve(health.detail))
  })
  const host = new URL(server.url).host
  expect(await waiting).toBe(
    `Waiting for a clone from ${host} to end: 1 at once is the limit (clonesPerHost).`,
  )
  await indexer.cancel(one.taskId)
  await expect(two.finished).resolves.toMatchObject({ files: { indexed: 5 } })
})

/** Everything that is written into the spool of a storage, by path; `plansAdded` is called before each page of a plan. */
function spoolWatch(
  { journal, ...stores }: Storage,
  plansAdded: () => Promise<unknown> = async () => undefined,
): { storage: Storage; parsed: string[] } {
  const parsed: string[] = []
  const { plans, spool } = journal
  return {
    parsed,
    storage: {
      ...stores,
      journal: {
        ...journal,
        plans: {
          ...plans,
          add: async (...page) => {
            await plansAdded()
            await plans.add(...page)
          },
        },
        spool: {
          ...spool,
          write: async (repository, files) => {
            await spool.write(repository, files)
            parsed.push(...files.map(({ path }) => path))
          },
        },
      },
    },
  }
}

describe('what a task parsed before it was paused is not parsed again', () => {
  let path: string
  let taskId: string
  let stored: Storage
  beforeEach(async () => {
    path = bench.repository('shop', shop)
    const { storage } = bench.open({ embedder })
    stored = storage
    const { indexer } = bench.open({
      storage,
      embedder: failing(embedder, { embedDocuments: () => new Promise(() => {}) }),
    })
    const run = indexer.index({ path })
    taskId = run.taskId
    await pausedAt(run, 'embedding', () => indexer.pause(taskId))
    await indexer.close()
  })

  test('where another task of the repository came to its end meanwhile', async () => {
    const { storage, parsed } = spoolWatch(stored)
    const { indexer } = bench.open({ storage, embedder })
    const cart = shop['shop/cart.py'] ?? ''
    writeFiles(path, { 'shop/cart.py': `${cart}\n# Later.\n` })
    await indexer.index({ path }).finished
    expect(parsed).toEqual(['shop/cart.py'])
    writeFiles(path, { 'shop/cart.py': cart })
    await (await indexer.resume(taskId)).finished
    expect(parsed).toEqual(['shop/cart.py'])
    expect(await indexer.reconcile('shop')).toMatchObject({ ok: true, repaired: 0 })
  })

  test('where all that is no longer needed is swept while the plan is made anew', async () => {
    const { storage, parsed } = spoolWatch(stored, () => stored.journal.spool.sweep())
    const { indexer } = bench.open({ storage, embedder })
    await (await indexer.resume(taskId)).finished
    expect(parsed).toEqual([])
  })
})
