import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ParsedFile } from '../contracts/parsed-file.ts'
import { builtin, outlineOf, parseSource } from './fixtures/parse-source.ts'

const limits = { maxChunkCharacters: 200, minChunkCharacters: 60 }

/** What holds of every file, whatever it contains. */
function expectLaws(text: string, file: ParsedFile, maxCharacters: number): void {
  const normalized = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n')
  const lines = normalized === '' ? [] : normalized.replace(/\n$/, '').split('\n')
  const covered = new Set<number>()
  let previousEnd = 0
  let lineOfParts = 0
  for (const [index, chunk] of file.chunks.entries()) {
    const { startLine, endLine } = chunk
    expect(chunk.ordinal).toBe(index)
    expect(startLine).toBeGreaterThanOrEqual(1)
    expect(endLine).toBeGreaterThanOrEqual(startLine)
    expect(endLine).toBeLessThanOrEqual(lines.length)
    expect(chunk.text.length).toBeLessThanOrEqual(maxCharacters)
    expect(chunk.text.trim()).not.toBe('')
    const whole = lines.slice(startLine - 1, endLine).join('\n')
    if (startLine === endLine && whole.length > maxCharacters) {
      // A line that is too long is given in parts.
      expect(whole).toContain(chunk.text)
      lineOfParts = startLine
    } else {
      expect(chunk.text).toBe(whole)
      expect(startLine).toBeGreaterThan(previousEnd)
    }
    expect(startLine).toBeGreaterThan(lineOfParts === startLine ? previousEnd - 1 : previousEnd)
    previousEnd = endLine
    for (let line = startLine; line <= endLine; line++) covered.add(line)
    expect(chunk.textHash).toBe(
      createHash('sha256').update(`${chunk.context}\n${chunk.text}`).digest('hex'),
    )
    if (chunk.symbolPath !== null) {
      expect(file.symbols.map((symbol) => symbol.symbolPath)).toContain(chunk.symbolPath)
    }
  }
  for (const [index, line] of lines.entries()) {
    if (line.trim() !== '') expect(covered).toContain(index + 1)
  }
  for (const [index, symbol] of file.symbols.entries()) {
    expect(symbol.endLine).toBeGreaterThanOrEqual(symbol.startLine)
    expect(symbol.name).not.toBe('')
    expect(symbol.symbolPath.endsWith(symbol.name.replaceAll('::', '.'))).toBe(true)
    if (symbol.parent !== null) {
      expect(symbol.parent).toBeGreaterThanOrEqual(0)
      expect(symbol.parent).toBeLessThan(index)
    }
  }
  for (const { from, name, receiver, line } of [...file.references, ...file.heritage]) {
    expect(name).not.toBe('')
    expect(receiver).not.toBe('')
    expect(line).toBeLessThanOrEqual(lines.length)
    if (from !== null) expect(file.symbols[from]).toBeDefined()
  }
}

const snippets: Record<string, readonly string[]> = {
  python: [
    'class A(B):',
    'def f(self, x):',
    '@decorate(1)',
    '"""Doc."""',
    '# comment',
    'return self.g(x)',
    'x = {',
    '}',
    'async def g(): pass',
    'from .a import (b, c as d)',
    'if x: y()',
    "s = '''",
  ],
  typescript: [
    'export class A extends B {',
    'constructor() {',
    'async f(x: number) {',
    'export const g = () => {',
    '}',
    '})',
    '/** doc',
    ' */',
    '@Dec()',
    'const x = 1, y = 2; function h() {}',
    "import { a as b } from './c.js'",
    'interface I { m(): void }',
    'this.a.b(c())',
    '`${',
  ],
  rust: [
    'pub struct S { a: i32 }',
    'impl T for S {',
    'fn f(&self) -> u8 {',
    '}',
    '/// doc',
    '#[derive(Debug)]',
    'use a::{b, c::*};',
    'mod m {',
    'self.a.b(c())',
  ],
  cpp: [
    'namespace n {',
    'class C : public D {',
    'void C::f() {',
    '}',
    '};',
    '#define X 1',
    '// c',
    'g(h());',
  ],
  markdown: ['# One', '## Two', 'text', '===', '---', '```', '- list', '| a | b |'],
  yaml: ['key: value', 'list:', '- a', '# c', 'other: "x"', '"quoted": 1', '---'],
  json: ['{', '"a": 1,', '"b": {', '}', '],', '"c": [1, 2],'],
  toml: ['[table]', 'a = 1', '[[array.of]]', '# c', 'b = """', '"""'],
}

const filler = fc.constantFrom('', '', '   ', 'word '.repeat(30), 'x'.repeat(450), 'é𝒳')

describe('the laws of a parsed file', () => {
  it.each([...Object.keys(snippets), 'text'])('hold for any mixture of lines in %s', async (id) => {
    const lines = fc.array(
      fc
        .tuple(
          fc.constantFrom('', '  ', '    ', '\t', '        '),
          fc.oneof(
            { weight: 4, arbitrary: fc.constantFrom(...(snippets[id] ?? ['text'])) },
            filler,
          ),
        )
        .map(([indentation, line]) => indentation + line),
      { maxLength: 60 },
    )
    const language = id === 'text' ? null : builtin(id)
    await fc.assert(
      fc.asyncProperty(
        lines,
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        async (all, end, last) => {
          const text = all.join(end) + (last ? end : '')
          expectLaws(text, await parseSource(text, language, limits), limits.maxChunkCharacters)
        },
      ),
      { numRuns: 150 },
    )
  })

  it('hold for this package', async () => {
    const folder = new URL('.', import.meta.url)
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.ts')) continue
      const text = readFileSync(new URL(name.replaceAll('\\', '/'), folder), 'utf8')
      const file = await parseSource(text, builtin('typescript'))
      expectLaws(text, file, 2_000)
      expect(file.syntaxErrors).toBe(0)
    }
  })
})

describe('chunks', () => {
  const python = builtin('python')

  it('keep a function whole with its decorators and comments', async () => {
    const file = await parseSource(
      [
        'import a',
        '',
        '# Why.',
        '@cached',
        'def f():',
        '    return 1',
        '',
        'def g():',
        '    return 2',
      ].join('\n'),
      python,
    )
    expect(outlineOf(file).chunks).toEqual(['1-1', '3-6 function f', '8-9 function g'])
  })

  it('give a type one for its head and fields and one for each method', async () => {
    const body = '        return self.value * 2  # long enough to count for something\n'.repeat(3)
    const text = `class Session(Base):\n    """Talks."""\n    limit = 3\n\n    def send(self):\n${body}\n    def close(self):\n${body}`
    const file = await parseSource(text, python)
    expect(outlineOf(file).chunks).toEqual([
      '1-3 class Session',
      '5-8 class Session › method send',
      '10-13 class Session › method close',
    ])
    expect(file.chunks.map((chunk) => chunk.symbolPath)).toEqual([
      'Session',
      'Session.send',
      'Session.close',
    ])
  })

  it('keep a small type whole', async () => {
    const file = await parseSource(
      'class E(Exception):\n    def __str__(self):\n        return "e"\n',
      python,
    )
    expect(outlineOf(file).chunks).toEqual(['1-3 class E'])
  })

  it('cut a function that is too large, each part keeping its name', async () => {
    const statements = Array.from({ length: 40 }, (_, index) => `    call_number_${index}()`)
    const file = await parseSource(['def f():', ...statements].join('\n'), python, limits)
    expect(file.chunks.length).toBeGreaterThan(3)
    for (const chunk of file.chunks) {
      expect(chunk).toMatchObject({
        context: 'function f',
        symbolPath: 'f',
        symbolKind: 'function',
      })
    }
  })

  it('cut between statements rather than inside one', async () => {
    const statement = ['    call(', '        first,', '        second,', '    )']
    const text = ['def f():', ...Array.from({ length: 12 }, () => statement).flat()].join('\n')
    const file = await parseSource(text, python, limits)
    for (const chunk of file.chunks.slice(1)) expect(chunk.text).toMatch(/^ {4}call\(/)
  })

  it('give nested functions of a large one chunks of their own', async () => {
    const inner = (name: string): string =>
      `  function ${name}() {\n${'    work(work(work(1)))\n'.repeat(5)}  }\n`
    const file = await parseSource(
      `export function make() {\n${inner('a')}${inner('b')}  return { a, b }\n}\n`,
      builtin('typescript'),
      limits,
    )
    expect(outlineOf(file).chunks).toEqual([
      '1-1 function make',
      '2-8 function make › function a',
      '9-17 function make › function b',
    ])
  })

  it('are shared by definitions on one line', async () => {
    const file = await parseSource(
      'function a() {\n  x()\n} function b() {\n  y()\n}\nfunction c() {\n  z()\n}\n',
      builtin('javascript'),
    )
    expect(outlineOf(file).chunks).toEqual(['1-5 function a', '6-8 function c'])
  })

  it('put what is left between definitions together', async () => {
    const text = `${'import a\n'.repeat(3)}\nX = 1\nY = 2\n\ndef f():\n    pass\n`
    expect(outlineOf(await parseSource(text, python)).chunks).toEqual(['1-6', '8-9 function f'])
  })

  it.each(['', '\n\n  \n\t\n', '\uFEFF'])('are none of %j', async (text) => {
    for (const id of ['python', 'markdown', 'json', 'typescript']) {
      expect((await parseSource(text, builtin(id))).chunks).toEqual([])
    }
    expect((await parseSource(text, null)).chunks).toEqual([])
  })

  it('of a line of five megabytes are few, and a warning says so', async () => {
    const text = `x = "${'abc '.repeat(1_300_000)}"\ny = 1\n`
    const file = await parseSource(text, python)
    expect(file.chunks.length).toBeLessThan(70)
    expect(file.warnings).toEqual([expect.stringContaining('Line 1 has 52000')])
    expect(file.chunks.at(-1)).toMatchObject({ startLine: 2, endLine: 2, text: 'y = 1' })
  })
})

describe('odd input', () => {
  it('with syntax errors is parsed as far as it can be, and they are counted', async () => {
    const file = await parseSource(
      'def f(:\n    pass\n\ndef good():\n    return 1\n',
      builtin('python'),
    )
    expect(file.syntaxErrors).toBeGreaterThan(0)
    expect(file.symbols.map((symbol) => symbol.name)).toContain('good')
  })

  it('that nests very deep overflows nothing', async () => {
    const deep = 20_000
    const sources: [string, string][] = [
      ['python', `x = ${'('.repeat(deep)}1${')'.repeat(deep)}\ndef f(): pass\n`],
      ['javascript', `${'function f() {'.repeat(3_000)}${'}'.repeat(3_000)}\nfunction last() {}\n`],
      ['javascript', `x${'.a()'.repeat(deep)}\nfunction last() {}\n`],
      ['json', '['.repeat(deep) + ']'.repeat(deep)],
      ['cpp', `${'{'.repeat(deep)}${'}'.repeat(deep)}`],
    ]
    for (const [id, text] of sources) {
      const file = await parseSource(text, builtin(id))
      expectLaws(text, file, 2_000)
    }
  })

  it('that nests deep has paths of bounded length', async () => {
    const text = `${'class A:\n'.repeat(1)}${Array.from({ length: 200 }, (_, depth) => `${' '.repeat(depth + 1)}class B${depth}:\n`).join('')}${' '.repeat(202)}pass\n`
    const file = await parseSource(text, builtin('python'))
    expect(Math.max(...file.symbols.map((symbol) => symbol.symbolPath.split('.').length))).toBe(32)
  })

  it('in one endless list takes no time that grows with its square', async () => {
    const names = Array.from({ length: 20_000 }, (_, index) => `n${index}`).join(', ')
    const file = await parseSource(
      `import { ${names} } from './a.js'\nexport { ${names} }\nconst { ${names} } = require('./b')\n`,
      builtin('typescript'),
    )
    expect(file.warnings).toContain(
      'Only the first 4000 of 40000 imports are in the code graph; the text is indexed whole.',
    )
  })
})

it('a file with more definitions and calls than the graph takes keeps the first, and says so', async () => {
  const source = Array.from({ length: 9_000 }, (_, index) => `N${index} = f${index}()`).join('\n')
  const file = await parseSource(source, builtin('python'))
  expect(file.symbols).toHaveLength(4_000)
  expect(file.symbols.at(-1)?.name).toBe('N3999')
  expect(file.references).toHaveLength(4_000)
  expect(file.chunks.at(-1)?.endLine).toBe(9_000)
  expect(file.warnings).toEqual([
    'Only the first 4000 of 9000 definitions are in the code graph; the text is indexed whole.',
  ])
  const calls = Array.from({ length: 17_000 }, (_, index) => `f${index}()`).join('\n')
  const busy = await parseSource(`class A:\n  def m(self): pass\n${calls}`, builtin('python'))
  expect(busy.references).toHaveLength(16_000)
  for (const { from } of busy.references) expect(from === null || from < 2).toBe(true)
})
