import type { Node } from 'web-tree-sitter'
import type { ImportBinding, ParsedFile, Reference } from '../contracts/parsed-file.ts'
import { cutDefinitions } from './cut-definitions.ts'
import { cutHeadings } from './cut-headings.ts'
import { cutKeys } from './cut-keys.ts'
import { cutWindow } from './cut-window.ts'
import { decodeText } from './decode.ts'
import { type Extraction, extract } from './extract.ts'
import type { Grammar, GrammarLoader } from './grammar.ts'
import { limitGraph } from './graph-limits.ts'
import type { LanguageData } from './language-data.ts'
import { createLineTable, type LineTable } from './line-table.ts'
import { makeChunks } from './make-chunks.ts'
import { createOutline, isFunctionKind, type Outline } from './outline.ts'
import { type ChunkLimits, noSubject, type Piece } from './piece.ts'
import { createTermSplitter } from './terms.ts'

/** Makes of the bytes of one file what the index keeps. */
export type FileParser = (bytes: Uint8Array, language: LanguageData | null) => Promise<ParsedFile>

/**
 * A parser for this thread. It keeps grammars between files.
 * @param onReady - Called when the grammar is loaded and the work on the file itself begins.
 */
export function createFileParser(
  grammars: GrammarLoader,
  limits: ChunkLimits,
  onReady: () => void = () => {},
): FileParser {
  const splitTerms = createTermSplitter()
  return async (bytes, language) => {
    const grammar = language?.grammar === undefined ? null : await grammars.load(language)
    onReady()
    const { text, warnings } = decodeText(bytes)
    const lines = createLineTable(text)
    const shape =
      grammar === null || language === null
        ? shapeOfText(lines, language, limits)
        : shapeOfCode(lines, grammar, language, limits)
    const graph = limitGraph(shape)
    const made = makeChunks(shape.pieces, lines, limits.maxChunkCharacters, splitTerms)
    return {
      language: language?.id ?? 'text',
      packageName: shape.packageName,
      ...graph.parts,
      chunks: made.chunks,
      syntaxErrors: shape.syntaxErrors,
      warnings: [...warnings, ...made.warnings, ...graph.warnings],
    }
  }
}

type Shape = Pick<
  ParsedFile,
  'symbols' | 'imports' | 'heritage' | 'references' | 'packageName' | 'syntaxErrors'
> & { readonly pieces: readonly Piece[] }

const plainShape: Omit<Shape, 'pieces'> = {
  symbols: [],
  imports: [],
  heritage: [],
  references: [],
  packageName: null,
  syntaxErrors: 0,
}

function shapeOfText(lines: LineTable, language: LanguageData | null, limits: ChunkLimits): Shape {
  const structure = language?.structure ?? 'window'
  switch (structure) {
    case 'headings':
      return { ...plainShape, ...cutHeadings(lines, limits) }
    case 'keys':
      return { ...plainShape, pieces: cutKeys(lines, limits) }
    case 'window': {
      const last = lines.count - 1
      const pieces = cutWindow(lines, 0, last, limits.maxChunkCharacters, noSubject)
      return { ...plainShape, pieces }
    }
  }
}

function shapeOfCode(
  lines: LineTable,
  grammar: Grammar,
  language: LanguageData,
  limits: ChunkLimits,
): Shape {
  const tree = grammar.parser.parse(lines.text)
  if (tree === null) throw new Error('The parser gave no tree.')
  try {
    const root = tree.rootNode
    const extraction = extract(grammar, root, lines)
    const outline = createOutline(extraction, language, lines)
    return {
      pieces: cutDefinitions(outline, lines, limits),
      symbols: outline.symbols,
      imports: importsOf(extraction, outline),
      ...referencesOf(extraction, outline, lines),
      packageName: extraction.packageName,
      syntaxErrors: root.hasError ? countErrors(grammar, root) : 0,
    }
  } finally {
    tree.delete()
  }
}

/** What is imported inside a function cannot be imported from the file. */
function importsOf(extraction: Extraction, outline: Outline): ImportBinding[] {
  const innermost = outline.walker()
  return extraction.imports.map(({ start, ...binding }) => {
    const around = binding.isReexport ? innermost(start) : null
    const kind = around === null ? undefined : outline.entries[around]?.kind
    return kind !== undefined && isFunctionKind(kind) ? { ...binding, isReexport: false } : binding
  })
}

function referencesOf(
  extraction: Extraction,
  outline: Outline,
  lines: LineTable,
): { heritage: Reference[]; references: Reference[] } {
  const heritage: Reference[] = []
  const references: Reference[] = []
  const called = new Set<string>()
  const innermost = outline.walker()
  for (const { kind, name, receiver, start } of extraction.uses) {
    const around = innermost(start)
    const from = around === null ? null : nearestSymbol(outline, around)
    if (kind === 'call') {
      const call = `${from} ${receiver} ${name}`
      if (called.has(call)) continue
      called.add(call)
    }
    const reference = { kind, name, receiver, from, line: lines.lineAt(start) + 1 }
    if (kind === 'call') references.push(reference)
    else heritage.push(reference)
  }
  return { heritage, references }
}

function nearestSymbol(outline: Outline, index: number): number | null {
  for (let at: number | null = index; at !== null; ) {
    const entry: Outline['entries'][number] | undefined = outline.entries[at]
    if (entry === undefined) return null
    if (entry.symbol !== null) return entry.symbol
    at = entry.around
  }
  return null
}

function countErrors(grammar: Grammar, root: Node): number {
  return grammar.errors.captures(root, { matchLimit: 1_000 }).length
}
