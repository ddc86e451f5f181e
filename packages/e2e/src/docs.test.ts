/** What README.md and docs/ say is true: their snippets compile, their tables are whole. */
import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { errorCodes, indexEventTypes, skipReasons } from '@cairn/protocol'
import { describe, expect, test } from 'vitest'
import { writeFiles } from './fixture.ts'

const root = join(import.meta.dirname, '../../..')
const run = promisify(execFile)

/** Names that a snippet leaves to its reader. */
const readers = `
declare const indexer: import('cairn').Indexer
declare const run: import('cairn').IndexRun
declare const graph: import('@cairn/store-neo4j').Neo4jGraph
declare const myVectors: import('cairn').VectorStore
declare const myEmbedder: import('cairn').Embedder
declare function callModel(texts: readonly string[], signal?: AbortSignal): Promise<Float32Array[]>
declare function readToken(url: string): Promise<string>
declare const status: import('@cairn/server').StatusServer
declare const server: import('node:http').Server
declare const createServer: typeof import('node:http').createServer
declare const createStatusServer: typeof import('@cairn/server').createStatusServer
declare const attachUpgrades: typeof import('@cairn/server/node').attachUpgrades
declare const expressHandler: typeof import('@cairn/server/express').expressHandler
declare const statusModule: typeof import('@cairn/server/nest').statusModule
declare function findUser(authorization: string | null): Promise<{
  readonly isAdmin: boolean
  readonly repositories: readonly string[]
  readonly expiresAt: Date
} | null>
declare function isKnown(cookie: string | null): Promise<boolean>
declare function Module(options: { readonly imports: readonly unknown[] }): (target: unknown) => void
declare class IndexModule {}
declare const Deno: {
  serve(
    handler: (
      request: Request,
      info: { readonly remoteAddr: { readonly hostname: string } },
    ) => Response | Promise<Response>,
  ): void
  upgradeWebSocket(request: Request): { readonly socket: WebSocket; readonly response: Response }
}
interface BunSocket {
  readonly data: BunData
  send(text: string): number
  close(code?: number, reason?: string): void
  getBufferedAmount(): number
}
declare const Bun: {
  serve(options: {
    fetch(
      request: Request,
      server: {
        requestIP(request: Request): { readonly address: string } | null
        upgrade(request: Request, options: { readonly data: BunData }): boolean
      },
    ): Response | Promise<Response> | undefined
    readonly websocket: {
      open(socket: BunSocket): void
      message(socket: BunSocket, data: string | Uint8Array): void
      close(socket: BunSocket): void
    }
  }): void
}
interface BunData {
  readonly request: Request
  readonly context: { readonly remoteAddress: string | undefined }
  readonly events: import('node:events').EventEmitter
}
declare class IndexService {
  readonly indexer: import('cairn').Indexer
}
declare module '@/status' {
  export function statusServer(): import('@cairn/server').StatusServer
}
declare module '@hono/node-server' {
  export function serve(options: { readonly fetch: unknown; readonly port: number }): import('node:http').Server
}
declare const app: {
  use(...middleware: readonly unknown[]): void
  register(plugin: unknown): Promise<void>
  listen(port: number): import('node:http').Server
  readonly fetch: unknown
  get(
    path: string,
    handler: (
      request: { readonly params: { readonly task: string }; once(event: 'close', listener: () => void): void },
      response: {
        json(body: unknown): void
        status(code: number): { json(body: unknown): void }
        writeHead(code: number, headers: Record<string, string>): void
        write(text: string): void
        end(): void
      },
    ) => Promise<void>,
  ): void
  post(
    path: string,
    handler: (
      request: { readonly body: { readonly url: string } },
      response: { status(code: number): { json(body: unknown): void } },
    ) => Promise<void>,
  ): void
}
declare module '@ai-sdk/openai' {
  export const openai: {
    embeddingModel(name: string): Parameters<typeof import('@cairn/embedder-ai-sdk').aiSdk>[0]
  }
}
declare module 'pino' {
  export function pino(): import('cairn').Logger
}
`

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8')
}

/** Every page that speaks to users, relative to the root of the repository. */
const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/')),
].sort()

interface Block {
  /** Of the first line of code, from 1. */
  readonly line: number
  readonly code: string
}

/** Code blocks of a page in one language. */
function blocks(page: string, language: string): Block[] {
  const text = read(page)
  return [...text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)]
    .filter((match) => match[1] === language)
    .map(({ index, 2: code = '' }) => ({ line: text.slice(0, index).split('\n').length + 1, code }))
}

/** The rows, cell by cell, of the table of a page whose first column is headed `heading`. */
function tableRows(page: string, heading: string): string[][] {
  const lines = read(page).split('\n')
  const start = lines.findIndex((line) => line.startsWith(`| ${heading} |`))
  if (start < 0) throw new Error(`${page} has no table "${heading}".`)
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'))
  return lines.slice(start + 2, end < 0 ? undefined : end).map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('\\|', '|')),
  )
}

function firstCells(page: string, heading: string): string[] {
  return tableRows(page, heading).map(([cell = '']) => cell)
}

/** What stands in back quotes. */
function quoted(cells: readonly string[]): string[] {
  return cells.flatMap((cell) =>
    [...cell.matchAll(/`([^`]+)`/g)].flatMap(({ 1: text }) => text ?? []),
  )
}

/** What a subcommand, or the program itself, prints as its help. */
async function help(...command: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [
    '--conditions=@cairn/source',
    '--disable-warning=ExperimentalWarning',
    join(root, 'packages/cairn/src/main.ts'),
    ...command,
    '--help',
  ])
  return stdout
}

/** Names of the subcommands, from the program's own help. */
async function subcommands(): Promise<string[]> {
  const [, listed = ''] = (await help()).split('Commands:\n')
  const names = [...listed.matchAll(/^ {2}([a-z]+)/gm)].flatMap(({ 1: name }) => name ?? [])
  return names.filter((name) => name !== 'help')
}

describe('every TypeScript snippet', () => {
  test('compiles against the packages as they are', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cairn-docs-'))
    try {
      const files: Record<string, string> = {
        'package.json': JSON.stringify({ type: 'module' }),
        'readers.d.ts': readers,
        'tsconfig.json': JSON.stringify({
          extends: join(root, 'tsconfig.base.json'),
          compilerOptions: {
            composite: false,
            isolatedDeclarations: false,
            declaration: false,
            declarationMap: false,
            noEmit: true,
            typeRoots: [join(root, 'node_modules/@types')],
          },
          include: ['.'],
        }),
      }
      for (const page of pages) {
        for (const { line, code } of blocks(page, 'ts')) {
          // As far down as in the page, so that an error names the page's own line.
          files[`${page}.${line}.ts`] = `${'\n'.repeat(line - 1)}${code}\nexport {}\n`
        }
      }
      writeFiles(folder, files)
      symlinkSync(
        join(import.meta.dirname, '../node_modules'),
        join(folder, 'node_modules'),
        'junction',
      )
      const compiler = join(root, 'node_modules/typescript/bin/tsc')
      const output = await run(process.execPath, [compiler, '-p', folder, '--pretty', 'false'], {
        cwd: folder,
      }).then(
        ({ stdout }) => stdout,
        (error: { readonly stdout?: string }) => error.stdout || Promise.reject(error),
      )
      // What is wrong in the packages themselves is told by `pnpm check:types`.
      const own = /^(?:README|docs\/|readers|tsconfig|error )/
      expect(output.split('\n').filter((line) => own.test(line))).toEqual([])
      expect(Object.keys(files).filter((name) => name.startsWith('docs/')).length).toBeGreaterThan(
        10,
      )
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})

describe('the README', () => {
  test('names only scripts that package.json has', () => {
    const { scripts }: { scripts: Record<string, string> } = JSON.parse(read('package.json'))
    const named = [...read('README.md').matchAll(/pnpm@12 ([\w:]+)/g)].map(({ 1: name }) => name)
    expect(named).toEqual(expect.arrayContaining(['demo', 'test']))
    expect(named.filter((name) => name === undefined || !(name in scripts))).toEqual([])
  })

  test('leads to every guide', () => {
    const guides = pages.filter((page) => page.startsWith('docs/guides/'))
    expect(guides.filter((page) => !read('README.md').includes(`(${page})`))).toEqual([])
  })
})

describe('the guide of the command', () => {
  const page = 'docs/guides/command.md'

  test('has every subcommand, and no other', async () => {
    const named = quoted(firstCells(page, 'command')).map((text) => text.split(' ')[1])
    expect(named).toEqual(await subcommands())
  })

  test('has every option of every subcommand, and no other', async () => {
    const documented = tableRows(page, 'option').flatMap(([options = '', of = '']) =>
      quoted([options]).flatMap((option) => {
        const [name = ''] = option.split(' ')
        return of === 'all' ? [`all ${name}`] : quoted([of]).map((command) => `${command} ${name}`)
      }),
    )
    const ofAll = new Set(['--data-dir', '--json', '--help', '--version'])
    const optionsOf = (text: string): string[] =>
      [...text.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].flatMap(({ 1: name }) => name ?? [])
    const real = await Promise.all(
      (await subcommands()).map(async (command) =>
        optionsOf(await help(command))
          .filter((name) => !ofAll.has(name))
          .map((name) => `${command} ${name}`),
      ),
    )
    expect(documented.sort()).toEqual([...real.flat(), 'all --data-dir', 'all --json'].sort())
  })
})

describe('the tables of the guides are whole:', () => {
  test('events', () => {
    const named = quoted(firstCells('docs/guides/events-and-status.md', 'event'))
    expect(named.sort()).toEqual([...indexEventTypes].sort())
  })

  test('skip reasons', () => {
    const named = quoted(firstCells('docs/guides/sources.md', 'reason'))
    expect(named.sort()).toEqual([...skipReasons].sort())
  })

  test('error codes, with what each means', () => {
    const rows = tableRows('docs/guides/errors.md', 'code')
    expect(rows.map(([code, meaning]) => [code, meaning])).toEqual(
      Object.entries(errorCodes).map(([code, meaning]) => [`\`${code}\``, meaning]),
    )
    expect(rows.filter(([, , advice]) => !advice)).toEqual([])
  })

  test.each([
    ['limits', 'Limits', 'limit'],
    ['what is kept', 'Retention', 'member'],
  ])('%s', (_, type, column) => {
    const [, members = ''] = read('packages/core/src/options.ts').split(
      `export interface ${type} {`,
    )
    const names = [...(members.split('\n}')[0] ?? '').matchAll(/readonly (\w+)\?:/g)]
    expect(quoted(firstCells('docs/guides/operate.md', column))).toEqual(
      names.map(({ 1: name }) => name),
    )
  })
})

/** The rows of all tables of a page whose last column says which test shows what the row says. */
function shownRows(page: string): { row: string; shown: string }[] {
  let isShown = false
  return read(page)
    .split('\n')
    .flatMap((line) => {
      if (!line.startsWith('|')) isShown = false
      else if (line.endsWith('| shown by |')) isShown = true
      else if (isShown && !line.startsWith('| ---')) {
        return [{ row: line, shown: line.split(/(?<!\\)\|/).at(-2) ?? '' }]
      }
      return []
    })
}

describe.each(['docs/security.md', 'docs/guides/what-happens-when.md'])('%s', (page) => {
  const rows = shownRows(page)

  test('has a test for each line of its tables', () => {
    expect(rows.length).toBeGreaterThan(30)
    const unshown = rows.filter(({ shown }) => !/\]\([^ )]+\.test\.ts[ )]/.test(shown))
    expect(unshown.map(({ row }) => row)).toEqual([])
  })

  test('names tests that are there', () => {
    const named = rows.flatMap(({ shown }) => [
      ...shown.matchAll(/\]\(([^ )]+\.test\.ts)(?: "([^"]+)")?\)/g),
    ])
    const missing = named.filter(([, file = '', title = '']) => {
      const path = join(dirname(page), file)
      return !existsSync(join(root, path)) || (title !== '' && !read(path).includes(`'${title}'`))
    })
    expect(missing.map(([, file, title]) => `${file}: ${title}`)).toEqual([])
    expect(named.filter(([, , title]) => title !== undefined).length).toBeGreaterThan(20)
  })
})

describe('the architecture', () => {
  const page = 'docs/architecture.md'

  test('has the packages with the imports that they list', () => {
    const listed = readdirSync(join(root, 'packages')).flatMap((folder) => {
      const manifest: {
        name: string
        private?: boolean
        dependencies?: Record<string, string>
        peerDependencies?: Record<string, string>
      } = JSON.parse(read(`packages/${folder}/package.json`))
      if (manifest.private === true) return []
      const names = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies })
      return names
        .filter((name) => name.startsWith('@cairn/'))
        .map((name) => `${folder} --> ${name.slice('@cairn/'.length)}`)
    })
    const [diagram] = blocks(page, 'mermaid')
    const drawn = (diagram?.code ?? '').split('\n').filter((line) => line.includes('-->'))
    expect(drawn.map((line) => line.trim()).sort()).toEqual(listed.sort())
  })

  test('has every table of the store', () => {
    const folder = 'packages/store-sqlite/src/engine'
    const schema = readdirSync(join(root, folder))
      .filter((name) => name.endsWith('-version.ts'))
      .map((name) => read(`${folder}/${name}`))
      .join('\n')
    const tables = [...schema.matchAll(/create (?:virtual )?table (\w+)/g)].map(
      ({ 1: name }) => name,
    )
    const named = tableRows(page, 'part').flatMap(([, , tablesOfPart = '']) =>
      quoted([tablesOfPart]),
    )
    expect(named.sort()).toEqual(tables.sort())
  })
})
