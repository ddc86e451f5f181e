import type { SearchHit } from '@cairn/protocol'
import fc from 'fast-check'
import stringWidth from 'string-width'
import { expect, test } from 'vitest'
import { type HitView, hitLines } from './hit-lines.ts'
import { createPaint } from './paint.ts'

const view: HitView = {
  columns: 60,
  paint: createPaint(false),
  query: 'retry request',
  hasSeveralRepositories: false,
}

function hit(rest: Partial<SearchHit> = {}): SearchHit {
  return {
    id: 'v:0',
    repository: 'sample',
    path: 'src/retry.py',
    startLine: 4,
    endLine: 6,
    language: 'python',
    symbol: 'retry_request',
    symbolKind: 'function',
    text: '  def retry_request(send):\n    return send()\n',
    score: 0.0325,
    neighbours: null,
    ...rest,
  }
}

test('shows where a hit is, what it is, how good, and its first lines', () => {
  expect(hitLines(hit(), 1, view)).toEqual([
    '1  src/retry.py:4-6  function retry_request  0.0325',
    '   │ def retry_request(send):',
    '   │   return send()',
  ])
})

test('says how many lines are left out', () => {
  const text = Array.from({ length: 30 }, (_, at) => `line ${at}`).join('\n')
  const lines = hitLines(hit({ text }), 12, view)
  expect(lines).toHaveLength(10)
  expect(lines.at(-1)).toBe('   … 22 more lines')
})

test('marks the words of the query wherever they stand', () => {
  const lines = hitLines(hit(), 1, { ...view, paint: createPaint(true) })
  expect(lines[1]).toContain('\u001b[33mretry\u001b[39m_\u001b[33mrequest\u001b[39m(send)')
})

test('a query of signs marks nothing and breaks nothing', () => {
  const text = 'a.*(b)'
  const lines = hitLines(hit({ text }), 1, { ...view, query: '.* ( [', paint: createPaint(true) })
  expect(lines[1]).toContain(text)
})

test('names callers, callees and the rest beside a hit', () => {
  const neighbour = {
    kind: 'symbol' as const,
    path: 'src/client.py',
    symbol: 'Client.fetch',
    symbolKind: 'method' as const,
    startLine: 5,
    resolution: 'import' as const,
  }
  const lines = hitLines(
    hit({
      neighbours: {
        callers: [neighbour],
        callees: [],
        definedIn: [],
        imports: [{ ...neighbour, kind: 'module', path: null, symbol: 'time', startLine: null }],
        extends: [],
      },
    }),
    1,
    view,
  )
  expect(lines.slice(-2)).toEqual([
    '   called by Client.fetch (src/client.py:5)',
    '   imports time',
  ])
})

test('code with escape sequences is shown, not run', () => {
  const lines = hitLines(hit({ text: 'print("\u001b[2J")', path: 'a\u001b]0;x\u0007.py' }), 1, view)
  expect(lines.join('')).not.toMatch(/\p{Cc}/u)
  expect(lines[1]).toBe('   │ print("\\x1b[2J")')
})

test('no line is wider than the terminal', () => {
  const text = fc.string({ unit: 'binary', maxLength: 200 })
  fc.assert(
    fc.property(
      text,
      text,
      fc.option(text),
      fc.integer({ min: 20, max: 120 }),
      (path, code, symbol, columns) => {
        for (const line of hitLines(hit({ path, text: code, symbol }), 100, { ...view, columns })) {
          expect(stringWidth(line)).toBeLessThanOrEqual(columns)
        }
      },
    ),
  )
})
