import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { extname, join, relative } from 'node:path'
import { createParser } from '@cairn/core'
import { Language, type Node, Parser } from 'web-tree-sitter'
import { type CorpusLanguage, type CorpusPackage, fetchPackage } from './retrieval-packages.ts'

/** A function and the first sentence of its documentation, which its text no longer holds. */
export interface DocumentedFunction {
  readonly package: string
  readonly path: string
  /** The question: the first sentence of the documentation. */
  readonly sentence: string
  /** The answer: the source of the function without its documentation. */
  readonly text: string
  /** The line that a run embeds before the text, such as `class Session › method send`. */
  readonly context: string
}

const require = createRequire(import.meta.url)
const grammarOf: Record<string, string> = {
  '.py': 'python',
  '.js': 'javascript',
  '.mjs': 'javascript',
  '.ts': 'typescript',
}
const skippedFolders = new Set(['node_modules', 'test', 'tests', '__tests__', 'dist', 'build'])
const functionTypes = new Set([
  'function_declaration',
  'generator_function_declaration',
  'method_definition',
])

/**
 * `count` documented functions of the packages, as many from each as it has, the same on every
 * machine: functions are ordered by a hash of where they stand.
 */
export async function documentedFunctions(
  language: CorpusLanguage,
  packages: readonly CorpusPackage[],
  count: number,
): Promise<DocumentedFunction[]> {
  await Parser.init()
  const parsers = new Map<string, Parser>()
  const byPackage: Found[][] = []
  const seen = new Set<string>()
  for (const entry of packages) {
    const root = await fetchPackage(entry)
    const found: Found[] = []
    for (const folder of entry.folders) {
      for (const path of await sourceFiles(join(root, folder), language)) {
        const source = await readFile(path, 'utf8')
        const parser = await parserFor(extname(path), parsers)
        const place = relative(root, path).replaceAll('\\', '/')
        for (const pair of extract(parser, source, language)) {
          const key = pair.sentence.toLowerCase()
          if (seen.has(key) || seen.has(pair.text)) continue
          seen.add(key).add(pair.text)
          found.push({ package: entry.name, path: place, root, ...pair })
        }
      }
    }
    byPackage.push(found.sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1)))
  }
  return await withContexts(takeEvenly(byPackage, count))
}

type Found = Omit<DocumentedFunction, 'context'> & { readonly root: string; readonly line: number }

/** The context of each function is that of the chunk that cairn makes of it. */
async function withContexts(functions: readonly Found[]): Promise<DocumentedFunction[]> {
  const parser = createParser()
  const files = new Map<string, ReturnType<typeof parser.parse>>()
  try {
    return await Promise.all(
      functions.map(async ({ root, line, ...one }) => {
        const file = join(root, one.path)
        let parsed = files.get(file)
        if (parsed === undefined) {
          parsed = readFile(file).then((bytes) =>
            parser.parse({ path: one.path, language: parser.languageOf(one.path), bytes }),
          )
          files.set(file, parsed)
        }
        const { chunks } = await parsed
        const chunk = chunks.find(({ startLine, endLine }) => startLine <= line && line <= endLine)
        return { ...one, context: chunk?.context ?? '' }
      }),
    )
  } finally {
    await parser.close()
  }
}

function orderOf(one: Found): string {
  return createHash('sha256').update(`${one.path}\n${one.sentence}\n${one.text}`).digest('hex')
}

function takeEvenly<T>(lists: readonly (readonly T[])[], count: number): T[] {
  const taken: T[] = []
  for (let row = 0; taken.length < count; row++) {
    const before = taken.length
    for (const list of lists) {
      const one = list[row]
      if (one !== undefined && taken.length < count) taken.push(one)
    }
    if (taken.length === before) throw new Error(`Only ${before} functions, ${count} are needed.`)
  }
  return taken
}

async function parserFor(extension: string, parsers: Map<string, Parser>): Promise<Parser> {
  const grammar = grammarOf[extension] ?? ''
  let parser = parsers.get(grammar)
  if (parser === undefined) {
    const file = require.resolve(`@vscode/tree-sitter-wasm/wasm/tree-sitter-${grammar}.wasm`)
    parser = new Parser()
    parser.setLanguage(await Language.load(file))
    parsers.set(grammar, parser)
  }
  return parser
}

async function sourceFiles(folder: string, language: CorpusLanguage): Promise<string[]> {
  const extensions = language === 'Python' ? ['.py'] : ['.js', '.mjs', '.ts']
  const files: string[] = []
  const entries = await readdir(folder, { withFileTypes: true })
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) {
      if (!skippedFolders.has(entry.name)) files.push(...(await sourceFiles(path, language)))
    } else if (extensions.includes(extname(entry.name)) && !/\.(d\.ts|min\.js)$/.test(entry.name)) {
      files.push(path)
    }
  }
  return files
}

type Pair = Pick<Found, 'sentence' | 'text' | 'line'>

function* extract(parser: Parser, source: string, language: CorpusLanguage): Generator<Pair> {
  const tree = parser.parse(source)
  if (tree === null) return
  try {
    for (const node of descendants(tree.rootNode)) {
      const pair = language === 'Python' ? pythonPair(node, source) : scriptPair(node, source)
      if (pair !== null && isUsable(pair)) yield pair
    }
  } finally {
    tree.delete()
  }
}

function* descendants(root: Node): Generator<Node> {
  const stack: Node[] = [root]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    yield node
    for (const child of node.namedChildren.toReversed()) if (child !== null) stack.push(child)
  }
}

function pythonPair(node: Node, source: string): Pair | null {
  if (node.type !== 'function_definition') return null
  const statement = node.childForFieldName('body')?.namedChildren[0]
  const text = statement?.type === 'expression_statement' ? statement.namedChildren[0] : null
  if (!statement || text?.type !== 'string') return null
  const documentation = text.text
    .replace(/^[a-zA-Z]*("""|'''|"|')/, '')
    .replace(/("""|'''|"|')$/, '')
  const before = source.slice(node.startIndex, statement.startIndex).trimEnd()
  return {
    sentence: firstSentence(documentation),
    line: node.startPosition.row + 1,
    text: before + source.slice(statement.endIndex, node.endIndex),
  }
}

function scriptPair(node: Node, source: string): Pair | null {
  let whole = node
  if (node.type === 'lexical_declaration' || node.type === 'variable_declaration') {
    if (!source.slice(node.startIndex, node.endIndex).match(/=>|\bfunction\b/)) return null
  } else if (node.type === 'expression_statement') {
    const value = node.namedChildren[0]?.childForFieldName('right')?.type
    if (value !== 'function_expression' && value !== 'arrow_function') return null
  } else if (!functionTypes.has(node.type)) {
    return null
  }
  if (node.parent?.type === 'export_statement') whole = node.parent
  const comment = whole.previousNamedSibling
  if (comment?.type !== 'comment' || !comment.text.startsWith('/**')) return null
  const documentation = comment.text
    .replace(/^\/\*\*/, '')
    .replace(/\*\/$/, '')
    .replace(/^[ \t]*\* ?/gm, '')
  return {
    sentence: firstSentence(documentation),
    line: whole.startPosition.row + 1,
    text: source.slice(whole.startIndex, whole.endIndex),
  }
}

function firstSentence(documentation: string): string {
  const paragraph = documentation.trim().split(/\n\s*\n|\n\s*[@:]/)[0] ?? ''
  const flat = paragraph
    .replace(/\{@link\s+([^}|]*)[^}]*\}/g, '$1')
    .replace(/\s+/g, ' ')
    .trim()
  return flat.match(/^.*?[.!?](?=\s|$)/)?.[0] ?? flat
}

function isUsable(pair: Pair): boolean {
  const words = pair.sentence.match(/[A-Za-z]{2,}/g)?.length ?? 0
  const lines = pair.text.split('\n').filter((line) => line.trim() !== '').length
  return words >= 4 && words <= 40 && !pair.sentence.startsWith('@') && lines >= 3
}
