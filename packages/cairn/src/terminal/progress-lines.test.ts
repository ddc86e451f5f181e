import type { StatusDocument } from '@cairn/protocol'
import fc from 'fast-check'
import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { after, sampleStart, sampleStatus, stage } from '../fixtures/sample-status.ts'
import { createPaint } from './paint.ts'
import { type ProgressView, progressLines } from './progress-lines.ts'

const plain: ProgressView = {
  columns: 80,
  now: after(4.2),
  isUnicode: true,
  paint: createPaint(false),
}

test('shows each stage, the file in hand, the totals and the time left', () => {
  expect(progressLines(sampleStatus(), plain)).toMatchInlineSnapshot(`
    [
      "Indexing httpx",
      " ✓ cloning    0.9 s   1,204 objects",
      " ✓ analyzing  0.4 s   352 files",
      " ⠹ parsing    ━━━━━━━━━━━━━╸──────────  58 %  181/312 files  62 files/s",
      " · embedding",
      " · storing",
      " · validating",
      "   httpx/_transports/asgi/application_with_a_long_name.py",
      " 37 % of all · 4.2 s · 4–9 s left · 181/312 files · 2,310 chunks · 2 warnings",
    ]
  `)
})

test('says the same in twenty columns', () => {
  expect(progressLines(sampleStatus(), { ...plain, columns: 20 })).toMatchInlineSnapshot(`
    [
      "Indexing httpx",
      " ✓ cloning 0.9 s",
      " ✓ analyzing 0.4 s",
      " ⠹ parsing  58 %",
      " · embedding",
      " · storing",
      " · validating",
      "   httpx/…ng_name.py",
      " 37 % of all · 4.2 s",
      " 4–9 s left",
      " 181/312 files",
      " 2,310 chunks",
      " 2 warnings",
    ]
  `)
})

test('keeps to ASCII marks where the terminal has no others', () => {
  const lines = progressLines(sampleStatus(), { ...plain, isUnicode: false, columns: 60 })
  expect(lines[2]).toBe(' + analyzing  0.4 s   352 files')
  expect(lines[3]).toContain('#####')
})

test('says which stage failed and which never came', () => {
  const failed = stage('parsing', 1.3, null, { errorMessage: 'The disk is full.' })
  const lines = progressLines(
    sampleStatus({
      status: 'failed',
      currentStage: 'failed',
      currentStageProgress: failed,
      stageHistory: [stage('cloning', 0, 0.9), stage('analyzing', 0.9, 1.3), failed],
    }),
    plain,
  )
  expect(lines[0]).toBe('Failed httpx')
  expect(lines.some((line) => line.startsWith(' ✗ parsing'))).toBe(true)
  expect(lines.join('\n')).not.toContain('embedding')
})

test('a stage that was passed over is not waited for', () => {
  const analyzing = stage('analyzing', 0, null)
  const lines = progressLines(
    sampleStatus({
      stageHistory: [analyzing],
      currentStageProgress: analyzing,
      currentStage: 'analyzing',
    }),
    plain,
  )
  expect(lines.join('\n')).not.toContain('cloning')
  expect(lines).toContain(' · validating')
})

test('says what it waits for when the run is not well', () => {
  const lines = progressLines(
    sampleStatus({
      health: {
        state: 'waiting',
        since: sampleStart,
        detail: 'chroma answers 429; next try in 8 s',
      },
    }),
    plain,
  )
  expect(lines.at(-1)).toBe(' ! waiting: chroma answers 429; next try in 8 s')
})

test('a hostile file name or detail cannot act on the terminal', () => {
  const lines = progressLines(
    sampleStatus({
      repositoryName: 'a\u001b]0;owned\u0007',
      currentFile: 'src/\u001b[2J\nevil\u202e.ts',
      health: { state: 'slow', since: sampleStart, detail: 'x\u001b[31m' },
    }),
    plain,
  )
  expect(lines.join('')).not.toMatch(/[\p{Cc}\u202e]/u)
  expect(lines.join('\n')).toContain('src/\\x1b[2J\\nevil\\u202e.ts')
})

const percentage = fc.double({ min: 0, max: 100, noNaN: true })
const whole = fc.nat({ max: 50_000_000 })
const anyText = fc.string({ unit: 'binary', maxLength: 120 })
const stageNames = [
  'cloning',
  'analyzing',
  'parsing',
  'embedding',
  'storing',
  'validating',
] as const

const anyStatus: fc.Arbitrary<StatusDocument> = fc
  .record({
    at: fc.nat({ max: stageNames.length - 1 }),
    status: fc.constantFrom(
      'pending',
      'in_progress',
      'retrying',
      'paused',
      'completed',
      'failed',
      'cancelled',
    ),
    repositoryName: anyText,
    currentFile: fc.option(anyText),
    overallProgress: percentage,
    stagePercentage: percentage,
    processed: whole,
    total: fc.option(whole),
    chunks: whole,
    errors: whole,
    warnings: whole,
    rate: fc.double({ min: 0, max: 1e6, noNaN: true }),
    health: fc.constantFrom('ok', 'slow', 'stalled', 'waiting'),
    detail: fc.option(anyText),
    eta: fc.option(fc.tuple(fc.nat({ max: 100_000 }), fc.nat({ max: 100_000 }))),
  })
  .map((made) => {
    const name = stageNames[made.at] ?? 'parsing'
    const current = stage(name, made.at, null, {
      progressPercentage: made.stagePercentage,
      processedItems: made.processed,
      totalItems: made.total,
    })
    return sampleStatus({
      status: made.status,
      currentStage: name,
      stageHistory: [
        ...stageNames.slice(0, made.at).map((each, at) => stage(each, at, at + 1)),
        current,
      ],
      currentStageProgress: current,
      repositoryName: made.repositoryName,
      currentFile: made.currentFile,
      overallProgress: made.overallProgress,
      processedFiles: made.processed,
      totalFiles: made.total,
      generatedChunks: made.chunks,
      errorsCount: made.errors,
      warningsCount: made.warnings,
      throughputFilesPerSecond: made.rate,
      throughputChunksPerSecond: made.rate,
      health: { state: made.health, since: sampleStart, detail: made.detail },
      eta:
        made.eta === null
          ? null
          : { lowSeconds: made.eta[0], highSeconds: made.eta[1], basis: 'rate' },
    })
  })

test('no line is wider than the terminal and no picture higher, whatever the status', () => {
  fc.assert(
    fc.property(
      anyStatus,
      fc.integer({ min: 20, max: 200 }),
      fc.integer({ min: 1, max: 30 }),
      fc.boolean(),
      fc.boolean(),
      (status, columns, rows, isUnicode, hasColor) => {
        const lines = progressLines(status, {
          columns,
          rows,
          now: after(100),
          isUnicode,
          paint: createPaint(hasColor),
        })
        expect(lines.length).toBeGreaterThan(0)
        expect(lines.length).toBeLessThanOrEqual(rows)
        for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns)
      },
    ),
  )
})

test('with few rows the stage under way and the totals stay', () => {
  const lines = progressLines(sampleStatus(), { ...plain, rows: 3 })
  expect(lines.length).toBeLessThanOrEqual(3)
  expect(lines.join('\n')).toContain('parsing')
  expect(lines.join('\n')).toContain('4–9 s left')
})
