import { type Explanation, skipReasons } from '@cairn/protocol'
import { expect, test } from 'vitest'
import { explanationLines } from './explanation-lines.ts'
import { createPaint } from './paint.ts'

function explain(rest: Partial<Explanation>): string {
  const explanation: Explanation = {
    repository: 'sample',
    path: 'src/a.ts',
    state: 'indexed',
    reason: null,
    detail: null,
    language: 'typescript',
    sizeBytes: 1_234,
    contentHash: null,
    chunks: 3,
    symbols: 1,
    syntaxErrors: false,
    error: null,
    taskId: null,
    at: null,
    ...rest,
  }
  const lines = explanationLines(explanation, { columns: 1_000, paint: createPaint(false) })
  return lines[1] ?? ''
}

test('an indexed file says what was made of it', () => {
  expect(explain({})).toBe('It is indexed as typescript: 3 chunks and 1 symbol.')
  expect(explain({ syntaxErrors: true })).toContain('syntax errors')
})

test('a skipped file says why and what to do', () => {
  expect(explain({ state: 'skipped', reason: 'too_large', detail: '50 MB, limit 1 MB' })).toBe(
    'It was skipped because it is larger than the limit (50 MB, limit 1 MB). To index it, split it or raise `limits.maxFileBytes` in createIndexer().',
  )
  for (const reason of skipReasons) {
    expect(explain({ state: 'skipped', reason })).toMatch(/^It was skipped because .+\. [A-Z].+\.$/)
  }
})

test('a failed file says what went wrong and what to do', () => {
  const error = {
    errorType: 'PARSE_TIMEOUT' as const,
    errorMessage: 'Parsing took longer than 10 s.',
    filePath: 'src/a.ts',
    stage: 'parsing' as const,
    timestamp: new Date(),
    recoverable: false,
    stackTrace: null,
  }
  expect(explain({ state: 'failed', error })).toBe(
    'It could not be indexed: Parsing took longer than 10 s. Raise `limits.parseTimeoutMs` in createIndexer(), or exclude it.',
  )
})

test('a path that no run has met says where to look', () => {
  expect(explain({ state: 'unknown' })).toContain('No run has met this path.')
})
