import type { StatusDocument } from '@cairn/protocol'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { after, sampleStatus, stage } from '../fixtures/sample-status.ts'
import { type EmulatedTerminal, openTerminal } from '../fixtures/terminal.ts'
import { createLiveProgress } from './live-progress.ts'
import { createPaint } from './paint.ts'
import type { Progress } from './progress.ts'
import { progressLines } from './progress-lines.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
})
afterEach(() => {
  vi.useRealTimers()
})

function show(
  terminal: EmulatedTerminal,
  status: () => StatusDocument,
  now: () => Date = () => after(4.2),
): Progress {
  return createLiveProgress({
    status,
    stream: terminal.stream,
    traits: { isLive: true, hasColor: true, isUnicode: true, columns: 80 },
    now,
  })
}

function embedding(): StatusDocument {
  const current = stage('embedding', 4.8, null, { processedItems: 500, totalItems: 4_000 })
  return sampleStatus({
    currentStage: 'embedding',
    currentStageProgress: current,
    currentFile: null,
    stageHistory: [stage('analyzing', 0.9, 1.3), stage('parsing', 1.3, 4.8), current],
  })
}

test('a frame replaces the one before it, also when it has fewer or more lines', async () => {
  const terminal = openTerminal(80, 24)
  terminal.stream.write('$ cairn index .\n')
  const frames = [sampleStatus(), embedding(), sampleStatus({ currentFile: null }), sampleStatus()]
  let status = frames[0] ?? sampleStatus()
  const progress = show(terminal, () => status)
  for (const frame of frames) {
    status = frame
    vi.advanceTimersByTime(100)
    expect(await terminal.lines()).toEqual([
      '$ cairn index .',
      ...progressLines(frame, {
        columns: 79,
        now: after(4.2),
        isUnicode: true,
        paint: createPaint(false),
      }),
    ])
  }
  progress.stop()
})

test('a terminal that becomes narrower or wider leaves nothing behind', async () => {
  const terminal = openTerminal(100, 40)
  terminal.stream.write('$ cairn index .\n')
  const progress = show(terminal, () => sampleStatus())
  for (const columns of [100, 34, 20, 61, 120, 20]) {
    terminal.resize(columns, 40)
    vi.advanceTimersByTime(100)
    const lines = await terminal.lines()
    expect(lines[0]).toBe('$ cairn index .')
    expect(lines[1]).toBe('Indexing httpx')
    expect(lines.filter((line) => line.startsWith('Indexing'))).toHaveLength(1)
    expect(lines.filter((line) => line.includes('warnings'))).toHaveLength(1)
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns)
  }
  progress.stop()
})

test('a terminal of few rows does not scroll', async () => {
  const terminal = openTerminal(40, 5)
  const times = [4.2, 5.3, 6.4, 7.5]
  let time = 0
  const progress = show(
    terminal,
    () => sampleStatus(),
    () => after(times[time] ?? 0),
  )
  for (time = 0; time < times.length; time += 1) {
    vi.advanceTimersByTime(100)
    expect((await terminal.lines()).length).toBeLessThan(5)
  }
  progress.stop()
})

test('a note stands above the picture', async () => {
  const terminal = openTerminal(80, 24)
  const progress = show(terminal, () => sampleStatus())
  vi.advanceTimersByTime(100)
  progress.note('Cancelling.')
  const lines = await terminal.lines()
  expect(lines.slice(0, 2)).toEqual(['Cancelling.', 'Indexing httpx'])
  expect(lines.filter((line) => line.startsWith('Indexing'))).toHaveLength(1)
  progress.stop()
})

test('a note that is too long for the terminal is broken between words', async () => {
  const terminal = openTerminal(20, 40)
  const progress = show(terminal, () => sampleStatus())
  vi.advanceTimersByTime(100)
  progress.note('Cancelling. What is done is kept.')
  const lines = await terminal.lines()
  expect(lines.slice(0, 3)).toEqual(['Cancelling. What is', 'done is kept.', 'Indexing httpx'])
  progress.stop()
})

test('what comes after the end stands below the last frame', async () => {
  const terminal = openTerminal(80, 24)
  const progress = show(terminal, () => embedding())
  vi.advanceTimersByTime(100)
  progress.stop()
  terminal.stream.write('Indexed.\n')
  const lines = await terminal.lines()
  expect(lines.at(-1)).toBe('Indexed.')
  expect(lines.at(-2)).toContain('of all')
})
