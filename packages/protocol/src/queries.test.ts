import { describe, expect, it } from 'vitest'
import { decode, encode } from './codec.ts'
import {
  cleanupQuerySchema,
  dryRunQuerySchema,
  logListQuerySchema,
  streamQuerySchema,
  taskListQuerySchema,
} from './queries.ts'

it('reads a level in any case', () => {
  expect(decode(logListQuerySchema, { level: 'warning' })).toEqual({ level: 'WARNING' })
  expect(() => decode(logListQuerySchema, { level: 'LOUD' })).toThrow('level')
})

describe('a limit', () => {
  it.each(['0', '-1', '1001', '1.5', '1e2', '0x10', '', ' 5', 'ten'])('is not %j', (limit) => {
    expect(() => decode(taskListQuerySchema, { limit })).toThrow('limit')
  })

  it('is a whole number', () => {
    expect(decode(taskListQuerySchema, { limit: '25' })).toEqual({ limit: 25 })
  })
})

it('reads several statuses', () => {
  const query = { status: ['failed', 'cancelled'] as const }
  const wire = { status: 'failed,cancelled' }
  expect(decode(taskListQuerySchema, wire)).toEqual(query)
  expect(encode(taskListQuerySchema, { status: [...query.status] })).toEqual(wire)
  expect(() => decode(taskListQuerySchema, { status: 'failed,odd' })).toThrow('status')
})

it('reads a time range', () => {
  expect(decode(logListQuerySchema, { since: '2026-01-01T00:00:00Z' })).toEqual({
    since: new Date('2026-01-01T00:00:00Z'),
  })
  expect(() => decode(logListQuerySchema, { since: 'yesterday' })).toThrow('since')
})

it('reads flags and positions under their wire names', () => {
  expect(decode(dryRunQuerySchema, { dry_run: 'true' })).toEqual({ dryRun: true })
  for (const dry_run of ['perhaps', '1', '0', 'TRUE', 'False', '']) {
    expect(() => decode(dryRunQuerySchema, { dry_run })).toThrow('dry_run')
  }
  expect(decode(cleanupQuerySchema, { older_than_hours: '24' })).toEqual({ olderThanHours: 24 })
  expect(decode(streamQuerySchema, { since: '7', epoch: 'e' })).toEqual({ since: 7, epoch: 'e' })
})
