import type { SymbolDefinition, SymbolKind } from '../contracts/parsed-file.ts'
import type { Definition } from './definition.ts'
import type { Extraction, Mark } from './extract.ts'
import type { LanguageData } from './language-data.ts'
import type { LineTable } from './line-table.ts'
import { summarize } from './summary.ts'

/** A definition in its place among the others of the file. */
export interface OutlineEntry {
  readonly definition: Definition
  readonly kind: SymbolKind | 'scope'
  readonly path: string
  /** Index in {@link Outline.entries} of the definition around it. */
  readonly around: number | null
  /** Index of its symbol, or, for a scope, of the type it belongs to if that stands in this file. */
  readonly symbol: number | null
  /** For a person and the embedder, for example `class Session › method send`. */
  readonly context: string
  /** First line, from 0, with the comments and decorators before it. */
  readonly firstLine: number
  /** Last line, from 0, inclusive. */
  readonly lastLine: number
}

/** The definitions of a file as a tree, in the order of their start. */
export interface Outline {
  readonly entries: readonly OutlineEntry[]
  readonly symbols: readonly SymbolDefinition[]
  /** Innermost definition around an offset, as its index in `entries`; offsets must be asked in rising order. */
  walker(): (offset: number) => number | null
}

// Deeper definitions belong to the one around them: a path of hundreds of names helps no one, and
// generated input must not make paths grow with the square of its size.
const maxNesting = 32

const typeKinds = new Set<string>([
  'class',
  'interface',
  'struct',
  'enum',
  'trait',
  'type',
  'scope',
])
const openKinds = new Set<string>(['interface', 'trait'])
const functionKinds = new Set<string>(['function', 'method', 'constructor', 'macro'])

/** Makes symbols of the definitions: paths, parents, visibility, summaries. */
export function createOutline(
  extraction: Extraction,
  language: LanguageData,
  lines: LineTable,
): Outline {
  const { definitions, docstrings } = extraction
  const isVisible = createVisibility(language, extraction.exportedNames)
  const entries: OutlineEntry[] = []
  const symbols: SymbolDefinition[] = []
  const contexts: string[] = []
  const symbolByPath = new Map<string, number>()
  const open: number[] = []
  const documentation = new Map<number, Mark>()
  const findInnermost = walkerOver(() => entries)

  for (const definition of definitions) {
    while (open.length > 0) {
      const last = entries[open[open.length - 1] ?? -1]
      // Names declared together have the same range and stand side by side.
      const isBeside =
        last !== undefined &&
        last.definition.start === definition.start &&
        last.definition.end === definition.end
      if (last === undefined || isBeside || definition.start >= last.definition.end) open.pop()
      else break
    }
    if (open.length >= maxNesting) continue
    const aroundIndex = open.at(-1) ?? null
    const around = aroundIndex === null ? undefined : entries[aroundIndex]
    if (definition.isNeverLocal && around !== undefined && isFunctionKind(around.kind)) continue
    const scope =
      definition.scope !== null && around !== undefined && around.path !== ''
        ? `${around.path}.${definition.scope}`
        : definition.scope
    const prefix = scope ?? around?.path ?? ''
    const ownPath = definition.name.replaceAll('::', '.')
    const path = prefix === '' ? ownPath : `${prefix}.${ownPath}`
    const { firstLine, comments } = readAttached(definition, around, extraction, lines)
    const scopeOwner = scope === null ? undefined : symbolByPath.get(scope)
    const owner = scopeOwner === undefined ? undefined : symbols[scopeOwner]
    const kind = refineKind(definition, around, owner, language)
    const parent = scopeOwner ?? around?.symbol ?? null
    let symbol: number | null
    let context: string
    if (kind === 'scope') {
      symbol = symbolByPath.get(path) ?? null
      context = describeType(symbol, definition.name)
    } else {
      symbol = symbols.length
      if (!symbolByPath.has(path)) symbolByPath.set(path, symbol)
      const own = kind === definition.name ? kind : `${kind} ${definition.name}`
      const outer =
        definition.scope === null
          ? around?.context
          : describeType(scopeOwner ?? null, definition.scope)
      context = outer === undefined ? own : `${outer} › ${own}`
      contexts.push(context)
      symbols.push({
        name: definition.name,
        symbolPath: path,
        kind,
        startLine: lines.lineAt(definition.start) + 1,
        endLine: lines.lineAt(Math.max(definition.start, definition.end - 1)) + 1,
        parent,
        isExported: isVisible(
          definition,
          around,
          around === undefined || around.symbol === null ? undefined : symbols[around.symbol],
        ),
        summary: comments.length === 0 ? null : summarize(comments),
      })
    }
    open.push(entries.length)
    entries.push({
      definition,
      kind,
      path,
      around: aroundIndex,
      symbol,
      context,
      firstLine,
      lastLine: lines.lineAt(Math.max(definition.start, definition.end - 1)),
    })
  }

  function describeType(symbol: number | null, name: string): string {
    return (symbol === null ? undefined : contexts[symbol]) ?? `type ${name}`
  }

  for (const doc of docstrings) {
    const owner = findInnermost(doc.start)
    if (owner !== null && !documentation.has(owner)) documentation.set(owner, doc)
  }
  for (const [owner, doc] of documentation) {
    const symbolIndex = entries[owner]?.symbol ?? null
    const symbol = symbolIndex === null ? undefined : symbols[symbolIndex]
    if (symbol !== undefined && symbolIndex !== null) {
      symbols[symbolIndex] = { ...symbol, summary: summarize([doc.text]) }
    }
  }
  return { entries, symbols, walker: () => walkerOver(() => entries) }
}

/** Whether a definition holds members. */
export function isTypeKind(kind: string): boolean {
  return typeKinds.has(kind)
}

/** Whether a definition is code that runs. */
export function isFunctionKind(kind: string): boolean {
  return functionKinds.has(kind)
}

function walkerOver(getEntries: () => readonly OutlineEntry[]): (offset: number) => number | null {
  const open: number[] = []
  let next = 0
  return (offset) => {
    const entries = getEntries()
    for (;;) {
      const entry = entries[next]
      if (entry === undefined || entry.definition.start > offset) break
      open.push(next++)
    }
    // What has ended stays ended, because offsets rise; what has not may lie below something that has.
    while (open.length > 0) {
      const last = entries[open[open.length - 1] ?? -1]
      if (last === undefined || last.definition.end <= offset) open.pop()
      else break
    }
    return open.at(-1) ?? null
  }
}

function refineKind(
  { kind, name, scope }: Definition,
  around: OutlineEntry | undefined,
  owner: SymbolDefinition | undefined,
  language: LanguageData,
): SymbolKind | 'scope' {
  if (kind === 'variable') return /^\p{Lu}[\p{Lu}\p{N}_]*$/u.test(name) ? 'constant' : kind
  if (kind !== 'function' && kind !== 'method') return kind
  if (scope === null && around === undefined) return 'function'
  const isMember =
    scope === null
      ? around !== undefined && isTypeKind(around.kind)
      : owner === undefined || isTypeKind(owner.kind)
  if (!isMember) return scope === null ? kind : 'function'
  const typeName = scope?.split('.').at(-1) ?? around?.definition.name
  const isNamedAsType = name === typeName && around?.kind !== 'scope'
  const isConstructor = isNamedAsType || language.constructorNames?.includes(name) === true
  return isConstructor ? 'constructor' : 'method'
}

type IsVisible = (
  definition: Definition,
  around: OutlineEntry | undefined,
  parent: SymbolDefinition | undefined,
) => boolean

function createVisibility(language: LanguageData, exportedNames: ReadonlySet<string>): IsVisible {
  const compile = (source: string | undefined): RegExp | null =>
    source === undefined ? null : new RegExp(source, 'u')
  const rules = language.visibility ?? {}
  const exported = compile(rules.exported)
  const hidden = compile(rules.hidden)
  const exportedMember = compile(rules.exportedMember)
  const hiddenMember = compile(rules.hiddenMember)
  const matches = (head: string, must: RegExp | null, mustNot: RegExp | null): boolean =>
    (must === null || must.test(head)) && (mustNot === null || !mustNot.test(head))

  return (definition, around, parent) => {
    if (around !== undefined && isFunctionKind(around.kind)) return false
    if (parent !== undefined && around?.kind !== 'scope' && !parent.isExported) return false
    if (definition.isMarkedExported) return true
    if (around === undefined && exportedNames.has(definition.name)) return true
    const { head } = definition
    if (definition.scope !== null) return matches(head, exportedMember, hiddenMember)
    if (around === undefined || !isTypeKind(around.kind)) return matches(head, exported, hidden)
    if (around.definition.isMarkedExported || openKinds.has(around.kind)) return true
    if (around.kind === 'enum' && definition.kind === 'constant') return true
    return matches(head, exportedMember, hiddenMember)
  }
}

/** First line of a definition with what is attached to it, and the comments among that. */
function readAttached(
  definition: Definition,
  around: OutlineEntry | undefined,
  { attached }: Extraction,
  lines: LineTable,
): { firstLine: number; comments: string[] } {
  const comments: string[] = []
  let firstLine = lines.lineAt(definition.start)
  // What stands before a line belongs to the outermost definition that begins on it.
  if (around !== undefined && lines.lineAt(around.definition.start) === firstLine) {
    return { firstLine, comments }
  }
  for (;;) {
    const mark = attached.get(firstLine - 1)
    if (mark === undefined || !fillsItsLines(mark, lines)) break
    if (mark.isComment) comments.push(mark.text)
    firstLine = lines.lineAt(mark.start)
  }
  return { firstLine, comments: comments.reverse() }
}

/** Whether nothing else stands on the lines of a comment or decorator. */
function fillsItsLines(mark: Mark, lines: LineTable): boolean {
  const first = lines.lineAt(mark.start)
  if (lines.start(first) + lines.indentation(first) < mark.start) return false
  const last = lines.lineAt(Math.max(mark.start, mark.end - 1))
  return lines.text.slice(mark.end, lines.end(last)).trim() === ''
}
