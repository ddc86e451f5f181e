import assert from 'node:assert/strict'
import type { LogFilter } from '@cairn/core'
import {
  foldStatus,
  type IndexEvent,
  isAtLeast,
  type LogEntry,
  logEntry,
  type StatusDocument,
} from '@cairn/protocol'
import { type Behaviour, behaviours } from '../conformance-case.ts'
import { freshTaskId } from '../fresh-names.ts'
import type { OpenedJournal } from './journal-subject.ts'
import { runScript } from './task-events.ts'

function fileOf(event: IndexEvent): string | null {
  switch (event.type) {
    case 'file.settled':
    case 'warning.recorded':
      return event.path
    case 'error.recorded':
      return event.error.filePath
    default:
      return null
  }
}

/** The entries that the protocol derives from events, narrowed by a filter one by one. */
function expectedLogs(events: readonly IndexEvent[], filter: LogFilter): LogEntry[] {
  const entries: LogEntry[] = []
  let status: StatusDocument | null = null
  for (const event of events) {
    status = foldStatus(status, event)
    const entry = logEntry(event, status.currentStage)
    if (
      entry &&
      isAtLeast(entry.level, filter.level ?? 'DEBUG') &&
      (filter.stage === undefined || entry.stage === filter.stage) &&
      (filter.file === undefined || fileOf(event) === filter.file) &&
      (filter.query === undefined ||
        entry.message.toLowerCase().includes(filter.query.toLowerCase())) &&
      (filter.since === undefined || entry.timestamp >= filter.since) &&
      (filter.until === undefined || entry.timestamp <= filter.until)
    ) {
      entries.push(entry)
    }
  }
  return entries
}

/** Appends a run that has entries of every level and most stages. */
async function append({ store }: OpenedJournal): Promise<IndexEvent[]> {
  const script = runScript()
  return store.tasks.append([
    script.queued(),
    script.started(),
    script.stageStarted('analyzing'),
    script.settled('bin/logo', { outcome: 'skipped', reason: 'binary', detail: '100%_sure' }),
    script.stageCompleted('analyzing'),
    script.stageStarted('parsing'),
    script.stageProgressed('parsing', 50),
    script.warned('src/größe "q".ts', 'parsing', 'Es ist ÄRGERLICH: 100 %.'),
    script.failedOn('src/größe "q".ts', 'parsing', 'Syntax_error at [1:2]*'),
    script.failedOn('src/b.ts', 'embedding', 'The embedder DIED.'),
    script.settled('src/b.ts'),
    script.stageCompleted('parsing'),
    script.cancelled(),
  ])
}

/** A moment half a second after an event. */
function after(event: IndexEvent | undefined): Date {
  return new Date((event?.at.getTime() ?? 0) + 500)
}

/** What `logs` promises. */
export const logs: readonly Behaviour<OpenedJournal>[] = behaviours<OpenedJournal>('logs', {
  'entries are those that the protocol derives from the events, oldest first': async (subject) => {
    const events = await append(subject)
    const answer = await subject.store.tasks.logs(events[0]?.taskId ?? '', {})
    const expected = expectedLogs(events, {})
    assert.deepEqual(answer, { logs: expected, total: expected.length, nextCursor: null })
  },

  'each filter narrows alone': async (subject) => {
    const events = await append(subject)
    const filters: LogFilter[] = [
      { level: 'DEBUG' },
      { level: 'INFO' },
      { level: 'WARNING' },
      { level: 'ERROR' },
      { stage: 'parsing' },
      { stage: 'embedding' },
      { stage: 'validating' },
      { file: 'src/größe "q".ts' },
      { file: 'src/b.ts' },
      { file: 'src/absent.ts' },
      { query: 'the' },
      { query: 'embedder died' },
      { query: 'ärgerlich' },
      { query: '%' },
      { query: '_' },
      { query: '[1:2]*' },
      { query: 'no message has this' },
      { since: after(events[4]) },
      { until: after(events[4]) },
      { since: after(events.at(-1)) },
    ]
    for (const filter of filters) {
      const answer = await subject.store.tasks.logs(events[0]?.taskId ?? '', filter)
      const expected = expectedLogs(events, filter)
      const name = JSON.stringify(filter)
      assert.deepEqual(answer.logs, expected, name)
      assert.equal(answer.total, expected.length, name)
    }
  },

  'filters narrow together': async (subject) => {
    const events = await append(subject)
    const since = after(events[2])
    const until = after(events[9])
    const filters: LogFilter[] = [
      { level: 'WARNING', stage: 'parsing' },
      { level: 'ERROR', file: 'src/b.ts' },
      { stage: 'parsing', query: 'syntax' },
      { since, until },
      { since, until, level: 'INFO', query: 'a' },
      {
        level: 'WARNING',
        stage: 'parsing',
        file: 'src/größe "q".ts',
        query: 'ES IST',
        since,
        until,
      },
    ]
    for (const filter of filters) {
      const answer = await subject.store.tasks.logs(events[0]?.taskId ?? '', filter)
      const expected = expectedLogs(events, filter)
      assert.deepEqual(answer, { logs: expected, total: expected.length, nextCursor: null })
    }
  },

  'pages follow each other by cursor, with and without a filter': async (subject) => {
    const events = await append(subject)
    const filters: LogFilter[] = [{}, { level: 'INFO' }, { query: 'e' }, { stage: 'parsing' }]
    for (const filter of filters) {
      const expected = expectedLogs(events, filter)
      for (const limit of [1, 2, expected.length, 99]) {
        const seen: LogEntry[] = []
        for (let cursor: string | null | undefined; cursor !== null; ) {
          const page = await subject.store.tasks.logs(events[0]?.taskId ?? '', {
            ...filter,
            limit,
            ...(cursor === undefined ? {} : { cursor }),
          })
          assert.ok(page.logs.length <= limit && page.logs.length > 0)
          assert.equal(page.total, expected.length)
          seen.push(...page.logs)
          cursor = page.nextCursor
        }
        assert.deepEqual(seen, expected, `${JSON.stringify(filter)} in pages of ${limit}`)
      }
    }
  },

  'a page of logs has 100 entries unless a limit says otherwise': async ({ store }) => {
    const script = runScript()
    const warnings = Array.from({ length: 120 }, () => script.warned(null, 'parsing', 'again'))
    await store.tasks.append([script.queued(), ...warnings])
    const page = await store.tasks.logs(script.taskId, {})
    assert.deepEqual([page.logs.length, page.total], [100, 121])
    assert.notEqual(page.nextCursor, null)
  },

  'an unknown task has no logs': async ({ store }) => {
    const answer = await store.tasks.logs(freshTaskId(), {})
    assert.deepEqual(answer, { logs: [], total: 0, nextCursor: null })
  },
})
