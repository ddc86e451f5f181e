/** Code and names that were written to harm who indexes them. */
import { createStatusServer } from '@cairn/server'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createWorkbench, shop, type Workbench } from './fixture.ts'

let bench: Workbench
beforeEach(() => {
  bench = createWorkbench()
})
afterEach(() => bench.close())

const levels = 100_000

/** `open` so many times, the core, and `close` as often. */
function nested(open: string, core: string, close: string): string {
  return open.repeat(levels) + core + close.repeat(levels)
}

// One of brackets and one of blocks for each language, some on one line and some on many.
const deep: Readonly<Record<string, string>> = {
  'a.ts': `x = ${nested('[\n', '1', ']\n')}`,
  'b.ts': nested('namespace A {\n', '', '}\n'),
  'c.ts': `let t: ${nested('Array<\n', 'x', '>\n')}`,
  'a.tsx': nested('<a>\n', 'x', '</a>\n'),
  'a.js': nested('function f() {\n', '', '}\n'),
  'b.js': `const ${nested('{a:\n', 'a', '}\n')} = b`,
  'a.py': `x = ${nested('(\n', '1', ')\n')}`,
  'b.py': Array.from({ length: 1_200 }, (_, level) => `${' '.repeat(level)}class C${level}:`).join(
    '\n',
  ),
  'a.go': `package a\nfunc f() ${nested('{\n', '', '}\n')}`,
  'a.java': nested('class A {\n', '', '}\n'),
  'a.rs': nested('mod a {\n', '', '}\n'),
  'b.rs': `fn f() { m!${nested('(\n', '', ')\n')} }`,
  'a.c': `int x = ${nested('(\n', '1', ')\n')};`,
  'b.c': nested('#if 1\n', '', '#endif\n'),
  'a.cpp': nested('namespace a {\n', '', '}\n'),
  'a.cs': nested('class A {\n', '', '}\n'),
  'a.rb': nested('module A\n', '', 'end\n'),
  'a.php': `<?php ${nested('if (1) {\n', '', '}\n')}`,
  'a.sh': nested('$(\n', 'a', ')\n'),
  'a.css': nested('a {\n', '', '}\n'),
  'a.html': nested('<div>\n', 'x', '</div>\n'),
  'a.md': `${'> '.repeat(levels)}x\n\n${'[\n'.repeat(levels)}`,
  'a.json': nested('{"a":\n', '1', '}\n'),
  'a.yaml': `${nested('[\n', '1', ']\n')}`,
  'b.yaml': Array.from({ length: 1_200 }, (_, level) => `${' '.repeat(level)}a:`).join('\n'),
  'a.toml': `a = ${nested('[\n', '1', ']\n')}`,
}

test('code nested a hundred thousand deep costs at most its own file, in every language', async () => {
  const path = bench.repository('deep', { ...shop, ...deep })
  const { indexer } = bench.open({
    limits: { parseTimeoutMs: 500, parseThreads: 2, maxFileBytes: 4_000_000 },
  })
  const result = await indexer.index({ path }).finished
  const failed = result.problems.filter(({ outcome }) => outcome === 'failed')
  // Neither the parser nor what reads its tree may overflow a stack, and so take its thread along.
  expect(failed.filter(({ error }) => error?.errorType !== 'PARSE_TIMEOUT')).toEqual([])
  expect(result.problems.filter(({ outcome }) => outcome === 'skipped')).toMatchObject([
    { path: 'logo.bin' },
  ])
  expect(result.files.indexed + result.files.failed).toBe(
    Object.keys({ ...shop, ...deep }).length - 1,
  )
  for (const name of ['parse_price', 'retryRequest', 'payOrder']) {
    const { hits } = await indexer.search(name, { mode: 'lexical' })
    expect(hits.map(({ symbol }) => symbol)).toContain(name)
  }
  expect(await indexer.reconcile('deep')).toMatchObject({ missing: [], orphan: [] })
})

test.skipIf(process.platform === 'win32')(
  'no name acts on who reads the status over HTTP, or the log',
  async () => {
    // Terminal escapes, the end of a header, of an event and of a line of a log, HTML, and a name that
    // reads from right to left.
    const names = [
      '\u001b]0;owned\u0007\u001b[2J',
      '\u009b31m',
      'a\r\n\r\nHTTP/1.1 200 OK\r\nset-cookie: a=b\r\n\r\n',
      '\n\nevent: task_status\ndata: {}\n\n',
      '\n{"level":"ERROR","message":"forged"}',
      '<img src=x onerror=alert(1)>',
      '<!--<script>',
      'user\u202egpj',
      '\u2028\u2029\ufeff',
      '__proto__',
      'constructor',
    ]
    const files = Object.fromEntries(
      names.flatMap((name) => [
        [`${name}.py`, `def f_${names.indexOf(name)}():\n    return shared_word\n`],
        [`${name}.bin`, '\0'],
      ]),
    )
    const path = bench.repository('names', files)
    const lines: unknown[] = []
    const log = (...line: unknown[]): number => lines.push(line)
    const { indexer } = bench.open({
      logger: { debug: log, info: log, warn: log, error: log },
    })
    const result = await indexer.index({ path }).finished
    expect(result.files).toMatchObject({ indexed: names.length, skipped: names.length, failed: 0 })
    expect(result.problems.map((problem) => problem.path).sort()).toEqual(
      names.map((name) => `${name}.bin`).sort(),
    )
    const server = createStatusServer({ source: indexer })
    const { taskId } = result
    const said: string[] = []
    let answered = 0
    for (const route of [
      '/status',
      `/status/${taskId}`,
      `/status/${taskId}/logs?limit=200`,
      `/status/${taskId}/events`,
      '/repositories',
      '/repositories/names',
      '/search',
      `/repositories/${encodeURIComponent(names[0] ?? '')}`,
    ]) {
      const response = await server.fetch(
        new Request(
          `http://127.0.0.1${server.basePath}${route}`,
          route === '/search'
            ? {
                method: 'POST',
                headers: { 'content-type': 'application/json' },
                body: JSON.stringify({ query: 'shared_word' }),
              }
            : {},
        ),
      )
      expect([200, 404], route).toContain(response.status)
      expect(response.headers.get('content-type'), route).toMatch(
        /^(?:application\/(?:problem\+)?json|text\/event-stream)/,
      )
      expect(response.headers.get('x-content-type-options'), route).toBe('nosniff')
      expect(response.headers.has('set-cookie'), route).toBe(false)
      if (response.status === 200) answered++
      said.push(await response.text())
    }
    await server.close()
    expect(answered).toBe(7)
    // What acts is written as JSON writes it; an event stream's own line ends are the only ones.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these must not be there
    expect(said.filter((text) => /[\u0000-\u0009\u000b-\u001f\u007f]/.test(text))).toEqual([])
    expect(said.join('\n').match(/^event: task_status\ndata: \{\}$/m)).toBeNull()
    expect(said.join('\n')).toContain('\\u001b]0;owned\\u0007')
  },
)
