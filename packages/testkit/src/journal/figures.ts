import assert from 'node:assert/strict'
import type { StageMetric } from '@cairn/protocol'
import { type Behaviour, behaviours } from '../conformance-case.ts'
import { freshRepository } from '../fresh-names.ts'
import type { OpenedJournal } from './journal-subject.ts'
import { commitParsed, ledgerRepository } from './ledger-rows.ts'
import { richFile } from './parsed-files.ts'
import { runScript } from './task-events.ts'

const none: StageMetric = {
  totalExecutions: 0,
  totalDuration: 0,
  averageDuration: 0,
  minDuration: 0,
  maxDuration: 0,
  p50Duration: 0,
  p95Duration: 0,
  successCount: 0,
  errorCount: 0,
  currentActive: 0,
}

/** Whether two figures are the same but for what floating point loses. */
export function near(actual: number | undefined, expected: number, name: string): void {
  const difference = Math.abs((actual ?? Number.NaN) - expected)
  assert.ok(
    difference <= 1e-6 * Math.max(1, Math.abs(expected)),
    `${name}: ${actual}, not ${expected}`,
  )
}

/** What `metrics` and `secondsPerItem` promise; the journal may hold other runs already. */
export const figures: readonly Behaviour<OpenedJournal>[] = behaviours<OpenedJournal>('figures', {
  'the figures of a stage count the runs that completed it, failed in it and are in it': async ({
    store,
  }) => {
    const before = (await store.tasks.metrics({})).stages.cloning ?? none
    for (const durationSeconds of [2, 4]) {
      const script = runScript()
      await store.tasks.append([
        script.queued(),
        script.started(),
        script.stageStarted('cloning'),
        script.stageCompleted('cloning', { durationSeconds }),
        script.completed(),
      ])
    }
    const broken = runScript()
    await store.tasks.append([
      broken.queued(),
      broken.started(),
      broken.stageStarted('cloning'),
      broken.failed('cloning', 'The remote is gone.'),
    ])
    const active = runScript()
    await store.tasks.append([active.queued(), active.started(), active.stageStarted('cloning')])
    const metric = (await store.tasks.metrics({})).stages.cloning ?? none
    assert.equal(metric.totalExecutions - before.totalExecutions, 3)
    assert.equal(metric.successCount - before.successCount, 2)
    assert.equal(metric.errorCount - before.errorCount, 1)
    assert.equal(metric.currentActive - before.currentActive, 1)
    assert.ok(metric.totalDuration - before.totalDuration >= 6 - 1e-6)
    const { minDuration, p50Duration, averageDuration, p95Duration, maxDuration } = metric
    assert.ok(minDuration <= 2 && maxDuration >= 4)
    assert.ok(
      minDuration <= p50Duration && p50Duration <= p95Duration && p95Duration <= maxDuration,
    )
    assert.ok(minDuration <= averageDuration && averageDuration <= maxDuration)
    for (const event of [active.paused(), active.cancelled()]) {
      await store.tasks.append([event])
      const after = (await store.tasks.metrics({})).stages.cloning ?? none
      assert.equal(after.currentActive, before.currentActive, event.type)
    }
  },

  'the figures of embedding sum up every run': async ({ store }) => {
    const before = (await store.tasks.metrics({})).embedding
    const script = runScript()
    await store.tasks.append([
      script.queued(),
      script.started(),
      script.stageStarted('embedding'),
      script.embedded(30, 50),
      script.embedded(50, 50),
      script.failedOn('a.ts', 'embedding', 'The embedder died.'),
      script.failedOn('a.ts', 'parsing', 'The parser died.'),
    ])
    const during = (await store.tasks.metrics({})).embedding
    assert.equal(during.activeEmbeddingTasks - before.activeEmbeddingTasks, 1)
    await store.tasks.append([
      script.stageCompleted('embedding', { durationSeconds: 8 }),
      script.completed(),
    ])
    const after = (await store.tasks.metrics({})).embedding
    assert.equal(after.activeEmbeddingTasks, before.activeEmbeddingTasks)
    assert.equal(after.totalChunksEmbedded - before.totalChunksEmbedded, 50)
    near(after.totalEmbeddingTime - before.totalEmbeddingTime, 8, 'totalEmbeddingTime')
    near(after.averageEmbeddingRate, after.totalChunksEmbedded / after.totalEmbeddingTime, 'rate')
    assert.equal(after.embeddingErrors - before.embeddingErrors, 1)
  },

  'figures are narrowed by repositories': async ({ store }) => {
    const [here, there] = [freshRepository(), freshRepository()]
    for (const [repository, durationSeconds] of [
      [here, 2],
      [there, 4],
      [freshRepository(), 8],
    ] as const) {
      const run = runScript({ repository })
      await store.tasks.append([
        run.queued(),
        run.started(),
        run.stageStarted('embedding'),
        run.embedded(durationSeconds * 10, 100),
        run.failedOn('a.ts', 'embedding', 'The embedder died.'),
        run.stageCompleted('embedding', { durationSeconds }),
        run.stageStarted('storing'),
      ])
      await commitParsed(store, ledgerRepository({ name: repository }), [
        { path: 'a.ts', parsed: richFile() },
      ])
    }
    for (const [repository, seconds, chunks] of [
      [here, [2], 20],
      [[here, there], [2, 4], 60],
      [[], [], 0],
      [freshRepository(), [], 0],
    ] as const) {
      const { stages, embedding } = await store.tasks.metrics({ repository })
      const { embedding: stage = none, storing = none } = stages
      const sum = seconds.reduce((total: number, each) => total + each, 0)
      assert.equal(stage.successCount, seconds.length)
      near(stage.totalDuration, sum, 'totalDuration')
      near(stage.p95Duration, seconds.at(-1) ?? 0, 'p95Duration')
      assert.equal(storing.currentActive, seconds.length)
      assert.equal(embedding.totalChunksEmbedded, chunks)
      near(embedding.totalEmbeddingTime, sum, 'totalEmbeddingTime')
      assert.equal(embedding.embeddingErrors, seconds.length)
      assert.equal(embedding.repositoriesWithEmbeddings, seconds.length)
    }
  },

  'seconds of an item are the median over the last runs of the repository': async ({ store }) => {
    const repository = freshRepository()
    const script = runScript({ repository })
    for (const durationSeconds of [90, 10, 20]) {
      const run = runScript({ repository })
      const members = { durationSeconds, processedItems: 10 }
      await store.tasks.append([
        run.queued(),
        run.started(),
        run.stageStarted('parsing'),
        run.stageCompleted('parsing', members),
        run.completed(),
      ])
    }
    await store.tasks.append([script.queued(), script.stageStarted('storing')])
    const seconds = await store.tasks.secondsPerItem(repository)
    near(seconds.parsing, 2, 'parsing')
    const ofAny = await store.tasks.secondsPerItem(freshRepository())
    assert.ok((ofAny.parsing ?? 0) > 0, 'a repository without a run has those of any')
  },

  'a stage without items says nothing about an item': async ({ store }) => {
    const repository = freshRepository()
    const run = runScript({ repository })
    await store.tasks.append([
      run.queued(),
      run.stageStarted('parsing'),
      run.stageCompleted('parsing', { durationSeconds: 3, processedItems: 0 }),
    ])
    const { parsing } = await store.tasks.secondsPerItem(repository)
    assert.ok(parsing === undefined || Number.isFinite(parsing))
  },
})
