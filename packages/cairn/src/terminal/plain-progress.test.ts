import { Writable } from 'node:stream'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { after, sampleStart, sampleStatus, stage } from '../fixtures/sample-status.ts'
import { createPlainProgress, plainLines, plainStart, plainTick } from './plain-progress.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
})
afterEach(() => {
  vi.useRealTimers()
})

test('says each start and end of a stage once', () => {
  const first = plainLines(sampleStatus(), plainStart)
  expect(first.lines).toEqual([
    'cloning: started',
    'cloning: done in 0.9 s, 1,204 objects',
    'analyzing: started',
    'analyzing: done in 0.4 s, 352 files',
    'parsing: started',
  ])
  expect(plainLines(sampleStatus(), first.said).lines).toEqual([])
  const later = sampleStatus({
    stageHistory: [
      ...sampleStatus().stageHistory.slice(0, 2),
      stage('parsing', 1.3, 63.3, { processedItems: 312 }),
      stage('embedding', 63.3, null),
    ],
  })
  expect(plainLines(later, first.said).lines).toEqual([
    'parsing: done in 1 m 02 s, 312 files',
    'embedding: started',
  ])
})

test('says when the run is not well and when it is again', () => {
  const waiting = sampleStatus({
    health: { state: 'waiting', since: sampleStart, detail: 'neo4j is down\u001b[2J' },
  })
  const first = plainLines(waiting, plainLines(sampleStatus(), plainStart).said)
  expect(first.lines).toEqual(['health: waiting: neo4j is down\\x1b[2J'])
  expect(plainLines(sampleStatus(), first.said).lines).toEqual(['health: ok'])
})

test('says in one line how far the stage is', () => {
  expect(plainTick(sampleStatus())).toBe(
    'parsing: 58 %, 181/312 files, 62 files/s, 4–9 s left, httpx/_transports/asgi/application_with_a_long_name.py',
  )
  expect(plainTick(sampleStatus({ status: 'completed' }))).toBeNull()
})

test('within a stage a line comes every five seconds', () => {
  const written: string[] = []
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      written.push(chunk)
      done()
    },
  })
  let time = 0
  const progress = createPlainProgress({
    status: () => sampleStatus(),
    stream: stream as unknown as NodeJS.WriteStream,
    traits: { isLive: false, hasColor: false, isUnicode: true, columns: 80 },
    now: () => after(time),
  })
  for (time = 0.2; time < 16; time += 0.2) vi.advanceTimersByTime(200)
  progress.stop()
  expect(written.filter((line) => line.startsWith('parsing: 58 %'))).toHaveLength(3)
})
