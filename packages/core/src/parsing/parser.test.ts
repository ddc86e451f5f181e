import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Worker } from 'node:worker_threads'
import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Language } from '../contracts/language.ts'
import type { ParsedFile } from '../contracts/parsed-file.ts'
import { builtin } from './fixtures/parse-source.ts'
import { trapWhenUsed } from './fixtures/trapping-grammar.ts'
import { language } from './language.ts'
import { createParser, type Parser, type ParserOptions, type ParserShare } from './parser.ts'

const luaGrammar = createRequire(import.meta.url).resolve(
  '@tree-sitter-grammars/tree-sitter-lua/tree-sitter-lua.wasm',
)

const lua = language({
  id: 'lua',
  extensions: ['.lua'],
  grammar: pathToFileURL(luaGrammar).href,
  query: `
    (function_declaration name: (identifier) @name) @definition.function
    (function_declaration name: (dot_index_expression
      table: (identifier) @scope field: (identifier) @name)) @definition.method
    (comment) @comment
    (function_call name: (identifier) @name) @reference.call
    (function_call name: (dot_index_expression
      table: (_) @receiver field: (identifier) @name)) @reference.call
    ((function_call name: (identifier) @_require
      arguments: (arguments . (string content: (string_content) @import.specifier))) @import
      (#eq? @_require "require"))
  `,
})

const folder = mkdtempSync(join(tmpdir(), 'cairn-parser-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

function parse(parser: Parser, path: string, text: string): Promise<ParsedFile> {
  return parser.parse({ path, language: parser.languageOf(path), bytes: bytesOf(text) })
}

async function withParser<T>(
  options: ParserOptions,
  work: (parser: Parser) => Promise<T>,
): Promise<T> {
  const parser = createParser(options)
  try {
    return await work(parser)
  } finally {
    await parser.close()
  }
}

describe('a parser', () => {
  it('has no more threads work for a run than that run allows, whatever others do', async () => {
    let started = 0
    const count = (): void => void started++
    process.on('worker', count)
    onTestFinished(() => void process.off('worker', count))
    await withParser({ threads: 3 }, async (parser) => {
      const [one, other] = [parser.share(), parser.share()]
      const parseMany = async (share: ParserShare): Promise<number> => {
        const files = Array.from({ length: 60 }, (_, index) => ({
          path: `${index}.lua`,
          language: 'text',
          bytes: bytesOf(`Line ${index}\n`.repeat(50)),
        }))
        const parsed = await Promise.all(files.map((file) => share.parseEncoded(file)))
        return parsed.length
      }
      one.limitThreads(1)
      other.limitThreads(3)
      expect(await parseMany(one)).toBe(60)
      expect(started).toBe(1)
      expect(await Promise.all([parseMany(one), parseMany(other)])).toEqual([60, 60])
      expect(started).toBe(3)
    })
  })

  it('parses many files of many languages at once, each as if it were alone', async () => {
    await withParser({ threads: 2 }, async (parser) => {
      const files: [string, string][] = Array.from({ length: 60 }, (_, index) =>
        index % 3 === 0
          ? [`f${index}.py`, `def f${index}():\n    return g${index}()\n`]
          : index % 3 === 1
            ? [`f${index}.ts`, `export function f${index}() {\n  return g${index}()\n}\n`]
            : [`f${index}.txt`, `f${index}`],
      )
      const parsed = await Promise.all(files.map(([path, text]) => parse(parser, path, text)))
      for (const [index, file] of parsed.entries()) {
        expect(file.chunks.map((chunk) => chunk.text)).toEqual([files[index]?.[1].trimEnd()])
        if (index % 3 === 2) continue
        expect(file.symbols.map((symbol) => symbol.name)).toEqual([`f${index}`])
        expect(file.references.map((reference) => reference.name)).toEqual([`g${index}`])
      }
    })
  })

  it('leaves the bytes to the caller', async () => {
    await withParser({ threads: 1 }, async (parser) => {
      const bytes = bytesOf('x = 1')
      await parser.parse({ path: 'a.py', language: 'python', bytes })
      expect(new TextDecoder().decode(bytes)).toBe('x = 1')
    })
  })

  it('parses what no language claims, and an id it does not know, as text', async () => {
    await withParser({ threads: 1 }, async (parser) => {
      expect(parser.languageOf('notes')).toBe('text')
      expect(parser.language('text')).toBeUndefined()
      for (const id of ['text', 'unheard-of']) {
        const file = await parser.parse({ path: 'notes', language: id, bytes: bytesOf('one\n') })
        expect(file).toMatchObject({ language: 'text', chunks: [{ text: 'one', startLine: 1 }] })
      }
    })
  })

  it('parses a language of the user, made from any grammar package', async () => {
    await withParser({ threads: 1, languages: [lua] }, async (parser) => {
      const file = await parse(
        parser,
        'main.lua',
        'local net = require("net")\n\n-- Sends it.\nfunction Session.send(message)\n  net.write(encode(message))\nend\n',
      )
      expect(file.language).toBe('lua')
      expect(file.symbols).toMatchObject([
        {
          symbolPath: 'Session.send',
          kind: 'method',
          summary: 'Sends it.',
          startLine: 4,
          endLine: 6,
        },
      ])
      expect(file.imports).toMatchObject([{ specifier: 'net' }])
      expect(file.references.map(({ receiver, name }) => [receiver, name])).toEqual([
        [null, 'require'],
        ['net', 'write'],
        [null, 'encode'],
      ])
    })
  })

  it('lets a language take the place of a built-in one', async () => {
    const plain: Language = { id: 'python', extensions: ['.py', '.lua'] }
    await withParser({ threads: 1, languages: [plain] }, async (parser) => {
      expect(parser.language('python')).toBe(plain)
      const file = await parse(parser, 'a.py', 'def f(): pass\n')
      expect(file).toMatchObject({ language: 'python', symbols: [] })
    })
  })

  it('starts its threads again after a rest', async () => {
    await withParser({ threads: 2 }, async (parser) => {
      await parser.rest()
      for (let round = 0; round < 2; round++) {
        const parsed = await parse(parser, 'a.py', 'x = 1')
        expect(parsed.symbols).toHaveLength(1)
        await parser.rest()
      }
    })
  })

  it('rejects what is pending when it is closed, and what comes after', async () => {
    const parser = createParser({ threads: 1 })
    await parse(parser, 'a.py', 'x = 1')
    const pending = Promise.all(
      Array.from({ length: 40 }, (_, index) => parse(parser, 'a.py', `x = ${index}`)),
    )
    const closing = parser.close()
    await expect(pending).rejects.toMatchObject({ code: 'CLOSED' })
    await closing
    await expect(parse(parser, 'a.py', 'x = 1')).rejects.toMatchObject({ code: 'CLOSED' })
    await parser.close()
  })
})

describe('a fingerprint', () => {
  const fingerprint = (options: ParserOptions): string => createParser(options).fingerprint

  it('is the same for the same parser, whatever its threads and limits of time', () => {
    expect(fingerprint({})).toBe(fingerprint({ threads: 3, timeLimitMs: 1, maxHeapMb: 64 }))
  })

  it('changes with what could change the result', () => {
    const all = [
      fingerprint({}),
      fingerprint({ maxChunkCharacters: 1_000 }),
      fingerprint({ minChunkCharacters: 10 }),
      fingerprint({ languages: [lua] }),
      fingerprint({ languages: [{ ...lua, query: '(comment) @comment' }] }),
      fingerprint({ languages: [{ ...lua, visibility: { hidden: '_' } }] }),
    ]
    expect(new Set(all).size).toBe(all.length)
  })

  it('changes with the bytes of a grammar that stands in no package', () => {
    const grammar = join(folder, 'own.wasm')
    const wasm = readFileSync(luaGrammar)
    writeFileSync(grammar, wasm)
    const before = fingerprint({ languages: [{ ...lua, grammar }] })
    writeFileSync(grammar, trapWhenUsed(wasm))
    expect(fingerprint({ languages: [{ ...lua, grammar }] })).not.toBe(before)
  })
})

describe('a file that goes wrong', () => {
  const innocents: [string, string][] = Array.from({ length: 12 }, (_, index) => [
    `ok${index}.py`,
    `def ok${index}(): pass\n`,
  ])
  const expectInnocents = async (parsing: Promise<ParsedFile>[]): Promise<void> => {
    const files = await Promise.all(parsing)
    expect(files.map((file) => file.symbols[0]?.name)).toEqual(
      innocents.map((_, index) => `ok${index}`),
    )
  }

  // Takes a regular expression of time that doubles with every letter, as a user may write one.
  const endless: Language = {
    ...builtin('python'),
    id: 'endless',
    extensions: ['.endless'],
    visibility: { exported: '^class (?:a+)+$' },
  }

  it('because it takes too long costs itself only, and the worker is replaced', async () => {
    await withParser({ threads: 1, timeLimitMs: 1_000, languages: [endless] }, async (parser) => {
      const before = innocents.slice(0, 6).map(([path, text]) => parse(parser, path, text))
      const slow = parse(parser, 'slow.endless', `class ${'a'.repeat(60)}b: pass\n`)
      const after = innocents.slice(6).map(([path, text]) => parse(parser, path, text))
      await expect(slow).rejects.toMatchObject({
        name: 'FileError',
        code: 'PARSE_TIMEOUT',
        message: 'Parsing slow.endless took longer than 1000 ms.',
      })
      await expectInnocents([...before, ...after])
    })
  })

  it('because it takes too long is found also where its thread starts for longer than that', async () => {
    await withParser({ threads: 1, timeLimitMs: 10, languages: [endless] }, async (parser) => {
      const slow = parse(parser, 'slow.endless', `class ${'a'.repeat(60)}b: pass\n`)
      await expect(slow).rejects.toMatchObject({ code: 'PARSE_TIMEOUT' })
    })
  }, 20_000)

  it('because the memory of its worker runs out costs itself only', async () => {
    const many = Array.from({ length: 80_000 }, (_, index) => `def f${index}(): g(${index})`).join(
      '\n',
    )
    await withParser({ threads: 1, maxHeapMb: 24, timeLimitMs: 60_000 }, async (parser) => {
      const huge = parse(parser, 'huge.py', many)
      const others = innocents.map(([path, text]) => parse(parser, path, text))
      await expect(huge).rejects.toMatchObject({ name: 'FileError', code: 'PARSE_CRASHED' })
      await expectInnocents(others)
    })
  })

  it('because its grammar traps costs itself only', async () => {
    const grammar = join(folder, 'trapping.wasm')
    writeFileSync(grammar, trapWhenUsed(readFileSync(luaGrammar)))
    await withParser({ threads: 1, languages: [{ ...lua, grammar }] }, async (parser) => {
      const before = innocents.slice(0, 6).map(([path, text]) => parse(parser, path, text))
      const bad = parse(parser, 'bad.lua', 'x = [[1]]\n')
      const after = innocents.slice(6).map(([path, text]) => parse(parser, path, text))
      await expect(bad).rejects.toMatchObject({
        code: 'PARSE_CRASHED',
        message: 'The parsing worker died on bad.lua.',
      })
      await expectInnocents([...before, ...after])
    })
  })

  const failingStarts = (count: number): void => {
    let left = count
    const onWorker = (worker: Worker): void => {
      if (--left === 0) process.off('worker', onWorker)
      worker.emit('error', new Error('This thread cannot start.'))
      void worker.terminate()
    }
    process.on('worker', onWorker)
  }

  it('because two threads die while they start is parsed by the next', async () => {
    failingStarts(2)
    await withParser({ threads: 1 }, async (parser) => {
      await expectInnocents(innocents.map(([path, text]) => parse(parser, path, text)))
    })
  })

  it('because no thread starts costs it, and is not tried for ever', async () => {
    failingStarts(3)
    await withParser({ threads: 1 }, async (parser) => {
      const failed = parse(parser, 'a.py', 'x = 1\n')
      await expect(failed).rejects.toMatchObject({ name: 'FileError', code: 'PARSE_CRASHED' })
      await expectInnocents(innocents.map(([path, text]) => parse(parser, path, text)))
    })
  })

  it('because the caller no longer wants it harms no other', async () => {
    await withParser({ threads: 1 }, async (parser) => {
      const controller = new AbortController()
      const file = { path: 'a.py', language: 'python', bytes: bytesOf('x = 1') }
      const cancelled = Array.from({ length: 30 }, () =>
        parser.parse(file, { signal: controller.signal }),
      )
      const others = innocents.map(([path, text]) => parse(parser, path, text))
      controller.abort()
      for (const parsing of cancelled) {
        await expect(parsing).rejects.toMatchObject({ name: 'CancelledError', code: 'CANCELLED' })
      }
      await expect(parser.parse(file, { signal: controller.signal })).rejects.toMatchObject({
        code: 'CANCELLED',
      })
      await expectInnocents(others)
    })
  })

  it('because the caller no longer wants it holds no thread', async () => {
    // Within the time of the test, the thread would never be through with it.
    const options = { threads: 1, timeLimitMs: 600_000, languages: [endless] }
    await withParser(options, async (parser) => {
      await parse(parser, 'loaded.endless', 'class a: pass\n')
      const controller = new AbortController()
      const bytes = bytesOf(`class ${'a'.repeat(60)}b: pass\n`)
      const file = { path: 'slow.endless', language: 'endless', bytes }
      const slow = parser.parse(file, { signal: controller.signal })
      // By then it was sent to the thread.
      await new Promise((resolve) => setImmediate(resolve))
      controller.abort()
      await expect(slow).rejects.toMatchObject({ code: 'CANCELLED' })
      await parser.rest()
      await expectInnocents(innocents.map(([path, text]) => parse(parser, path, text)))
    })
  })
})

describe('a language that is not valid', () => {
  it.each<[string, Partial<Language>, RegExp]>([
    ['an id that is no word', { id: 'My Lang' }, /"My Lang" is not valid: id /],
    ['an ending without its dot', { extensions: ['lua'] }, /extensions/],
    [
      'a grammar that is no absolute path',
      { grammar: './lua.wasm' },
      /grammar must be an absolute/,
    ],
    ['a regular expression that is none', { visibility: { hidden: '(' } }, /visibility\.hidden/],
  ])('for %s is refused when it is made', (_, part, message) => {
    expect(() => language({ ...lua, ...part })).toThrow(message)
    expect(() => createParser({ languages: [{ ...lua, ...part }] })).toThrow(message)
  })

  it('for a query without a grammar is refused', () => {
    expect(() => language({ id: 'x', extensions: ['.x'], query: '(a) @b' })).toThrow(
      /needs a grammar/,
    )
  })

  it('for a grammar file that is missing is refused by createParser()', () => {
    const grammar = join(folder, 'missing.wasm')
    expect(() => createParser({ languages: [{ ...lua, grammar }] })).toThrow(
      /grammar of language "lua" could not be read/,
    )
  })

  it.each<[string, () => Partial<Language>, RegExp]>([
    [
      'a grammar that is no WebAssembly',
      () => {
        const grammar = join(folder, 'text.wasm')
        writeFileSync(grammar, 'not wasm')
        return { grammar }
      },
      /grammar of language "lua" could not be loaded/,
    ],
    [
      'a query of nodes it does not know',
      () => ({ query: '(nope) @comment' }),
      /query of language "lua".*nope/,
    ],
    [
      'a query with an unknown kind',
      () => ({ query: '(comment) @definition.thing' }),
      /@definition\.thing/,
    ],
  ])('for %s fails its files, and no others', async (_, part, message) => {
    await withParser({ threads: 1, languages: [{ ...lua, ...part() }] }, async (parser) => {
      const [bad, good] = await Promise.allSettled([
        parse(parser, 'a.lua', 'x = 1'),
        parse(parser, 'a.py', 'x = 1'),
      ])
      expect(bad).toMatchObject({ status: 'rejected', reason: { code: 'GRAMMAR_INVALID' } })
      expect(bad.status === 'rejected' && String(bad.reason)).toMatch(message)
      expect(good.status).toBe('fulfilled')
    })
  })
})

it('refuses options that are not of the documented shape', () => {
  expect(() => createParser({ threads: 0 })).toThrow(/threads/)
  expect(() => createParser({ maxChunkCharacters: 1_000, minChunkCharacters: 2_000 })).toThrow(
    /minChunkCharacters: must not exceed maxChunkCharacters/,
  )
})
