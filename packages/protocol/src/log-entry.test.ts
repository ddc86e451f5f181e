import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decode, encode } from './codec.ts'
import { type IndexEvent, type IndexEventOf, indexEventSchema } from './events.ts'
import { logEntry } from './log-entry.ts'
import { logEntrySchema } from './logs.ts'
import { arbitraryOf } from './schema-arbitrary.test-support.ts'

const head = { taskId: 'task', runId: 'run', seq: 3, at: new Date('2026-01-01T00:00:00Z') }

const error = {
  errorType: 'PARSE_TIMEOUT',
  errorMessage: 'Parsing took longer than 10 s.',
  filePath: 'a.ts',
  stage: 'parsing',
  timestamp: head.at,
  recoverable: true,
  stackTrace: 'Error: at /home/someone',
} as const

function settled(more: Partial<IndexEventOf<'file.settled'>>): IndexEvent {
  return {
    ...head,
    type: 'file.settled',
    path: 'a.ts',
    outcome: 'indexed',
    language: 'typescript',
    sizeBytes: 10,
    chunks: 2,
    reason: null,
    detail: null,
    error: null,
    ...more,
  }
}

it('has a line for every event but those that only say how far things are', () => {
  fc.assert(
    fc.property(arbitraryOf(indexEventSchema), (drawn) => {
      const event = indexEventSchema.parse(drawn)
      const entry = logEntry(event)
      const isProgress = event.type === 'stage.progressed' || event.type === 'embedding.progressed'
      expect(entry === null).toBe(isProgress)
      if (entry === null) return
      expect(
        decode(logEntrySchema, JSON.parse(JSON.stringify(encode(logEntrySchema, entry)))),
      ).toEqual(entry)
    }),
  )
})

it('names the file that a warning is of', () => {
  const warning = {
    ...head,
    type: 'warning.recorded',
    code: 'PARSE_FAILED',
    stage: 'parsing',
  } as const
  const says = (message: string): unknown =>
    logEntry({ ...warning, message, path: 'a.ts' })?.message
  expect(says('It is not valid UTF-8.')).toBe('a.ts: It is not valid UTF-8.')
  expect(says('In a.ts is half a character.')).toBe('In a.ts is half a character.')
})

it('says what became of a file, as loud as it matters', () => {
  const lines = [
    settled({}),
    settled({ outcome: 'unchanged' }),
    settled({ outcome: 'deleted' }),
    settled({ outcome: 'skipped', reason: 'too_large', detail: 'over 1 MB' }),
    settled({ outcome: 'failed', error }),
  ].map((event) => logEntry(event))
  expect(lines.map((line) => [line?.level, line?.stage, line?.message])).toEqual([
    ['DEBUG', 'storing', 'a.ts: indexed.'],
    ['DEBUG', 'analyzing', 'a.ts: unchanged.'],
    ['INFO', 'storing', 'a.ts: no longer there, deleted.'],
    ['INFO', 'analyzing', 'a.ts: skipped: too_large, over 1 MB.'],
    ['ERROR', 'parsing', 'a.ts: failed: Parsing took longer than 10 s.'],
  ])
})

it('carries the fields of the event under their wire names, without stack traces', () => {
  const entry = logEntry(settled({ outcome: 'failed', error }))
  expect(entry?.details).toMatchObject({
    path: 'a.ts',
    outcome: 'failed',
    size_bytes: 10,
    error: { error_type: 'PARSE_TIMEOUT', file_path: 'a.ts', stack_trace: null },
  })
  expect(entry?.details).not.toHaveProperty('task_id')
})

it('places an event that does not name a stage where the task is', () => {
  const paused: IndexEvent = { ...head, type: 'run.paused', reason: 'night' }
  expect(logEntry(paused, 'embedding')).toMatchObject({
    stage: 'embedding',
    message: 'The run is paused: night.',
  })
})

it('warns of ill health', () => {
  const health = { state: 'waiting', since: head.at, detail: 'The embedder limits its rate.' }
  const event = indexEventSchema.parse({ ...head, type: 'health.changed', health })
  expect(logEntry(event, 'embedding')).toMatchObject({
    level: 'WARNING',
    message: 'Health is waiting: The embedder limits its rate.',
  })
})
