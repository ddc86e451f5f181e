import type { Node, QueryMatch } from 'web-tree-sitter'
import type { ImportBinding, Reference } from '../contracts/parsed-file.ts'
import type { Definition } from './definition.ts'
import type { Grammar } from './grammar.ts'
import { expandImportTree } from './import-tree.ts'
import type { LineTable } from './line-table.ts'
import type { Pattern } from './pattern.ts'

/** A comment, a decorator or a docstring. */
export interface Mark {
  readonly start: number
  readonly end: number
  readonly text: string
  readonly isComment: boolean
}

/** A use of a name, before it is known which definition it stands in. */
export interface Use {
  readonly kind: Reference['kind']
  readonly name: string
  readonly receiver: string | null
  readonly start: number
}

/** An import and its offset. */
export type FoundImport = ImportBinding & { readonly start: number }

/** What the query of a language found in one tree. */
export interface Extraction {
  /** In the order of their start; of two that start together the longer first. */
  readonly definitions: Definition[]
  /** In the order of their start. */
  readonly uses: Use[]
  /** In the order of their start. */
  readonly imports: FoundImport[]
  /** Comments and decorators by the line they end on, from 0. */
  readonly attached: ReadonlyMap<number, Mark>
  readonly docstrings: readonly Mark[]
  readonly exportedNames: ReadonlySet<string>
  readonly packageName: string | null
}

// Unfinished matches at one time. Deep or endless lists would else cost the square of their length.
const matchLimit = 2_000

/** Runs the query of a language over a tree and reads what it captured. */
export function extract(grammar: Grammar, root: Node, lines: LineTable): Extraction {
  const { text } = lines
  const definitions = new Map<number, Definition & { readonly patternIndex: number }>()
  const uses = new Map<number, Use>()
  const statements: ImportStatement[] = []
  const looseNames: LooseName[] = []
  const attached = new Map<number, Mark>()
  const docstrings: Mark[] = []
  const exportedNames = new Set<string>()
  let packageName: string | null = null

  for (const match of grammar.query.matches(root, { matchLimit })) {
    const pattern = grammar.patterns[match.patternIndex]
    switch (pattern?.role) {
      case 'reference': {
        const use = readUse(match, pattern.kind, text)
        if (use !== null && !uses.has(use.start)) uses.set(use.start, use)
        break
      }
      case 'definition': {
        const definition = readDefinition(match, pattern, lines)
        if (definition === null) break
        const known = definitions.get(definition.nameStart)
        if (known === undefined || match.patternIndex < known.patternIndex) {
          definitions.set(definition.nameStart, {
            ...definition,
            patternIndex: match.patternIndex,
          })
        }
        break
      }
      case 'import':
        statements.push(...readImport(match, pattern, lines))
        break
      case 'binding': {
        const name = readLooseName(match, text)
        if (name !== null) looseNames.push(name)
        break
      }
      default:
        for (const { name, node } of match.captures) {
          switch (name) {
            case 'comment':
            case 'decorator': {
              const mark = readMark(node, text, name === 'comment')
              attached.set(lines.lineAt(Math.max(mark.start, mark.end - 1)), mark)
              break
            }
            case 'doc':
              docstrings.push(readMark(node, text, true))
              break
            case 'export.name':
              exportedNames.add(text.slice(node.startIndex, node.endIndex))
              break
            case 'package':
              packageName ??= text.slice(node.startIndex, node.endIndex).replace(/\s+/g, '')
              break
          }
        }
    }
  }
  return {
    definitions: [...definitions.values()].sort((a, b) => a.start - b.start || b.end - a.end),
    uses: [...uses.values()].sort((a, b) => a.start - b.start),
    imports: joinImports(statements, looseNames, exportedNames, lines),
    attached,
    docstrings: docstrings.sort((a, b) => a.start - b.start),
    exportedNames,
    packageName,
  }
}

function readMark(node: Node, text: string, isComment: boolean): Mark {
  const start = node.startIndex
  const end = node.endIndex
  return { start, end, text: text.slice(start, end), isComment }
}

function readDefinition(
  match: QueryMatch,
  pattern: Extract<Pattern, { role: 'definition' }>,
  lines: LineTable,
): Definition | null {
  let whole: Node | undefined
  let nameNode: Node | undefined
  let scope: string | null = null
  for (const { name, node } of match.captures) {
    if (name === 'name') nameNode = node
    else if (name === 'scope') scope = lines.text.slice(node.startIndex, node.endIndex)
    else if (name.startsWith('definition.')) whole = node
  }
  if (whole === undefined || nameNode === undefined) return null
  const start = whole.startIndex
  const nameStart = nameNode.startIndex
  const nameEnd = nameNode.endIndex
  const written = readName(lines.text.slice(nameStart, nameEnd))
  const cut = pattern.kind === 'namespace' ? null : splitQualified(written)
  const name = (cut?.name ?? written).slice(0, maxNameLength)
  if (name === '') return null
  scope ??= cut?.qualifier ?? null
  return {
    name,
    kind: pattern.kind,
    scope: scope === null ? null : withoutTypeArguments(scope).replaceAll('::', '.'),
    start,
    end: whole.endIndex,
    nameStart,
    head: lines.text.slice(Math.max(lines.start(lines.lineAt(start)), nameEnd - 400), nameEnd),
    isMarkedExported: pattern.isExported,
    isNeverLocal: pattern.isNeverLocal,
  }
}

/** A name without the quotes or the colon of a symbol that it may be written with. */
function readName(written: string): string {
  const name = written.replace(/\s+/g, ' ')
  return /^(?:'.*'|".*"|`.*`)$/.test(name) ? name.slice(1, -1) : name.replace(/^:(?!:)/, '')
}

/** The parts of `a::B<T>::c`; null for a plain name. */
function splitQualified(written: string): { qualifier: string; name: string } | null {
  const plain = written.includes('<') ? withoutTypeArguments(written) : written
  const colons = plain.lastIndexOf('::')
  const at = colons === -1 ? plain.lastIndexOf('\\') : colons
  if (at === -1) return null
  return { qualifier: plain.slice(0, at), name: plain.slice(at + (colons === -1 ? 1 : 2)).trim() }
}

function withoutTypeArguments(written: string): string {
  let text = written.replace(/\s+/g, '')
  // From the innermost outwards; the bound keeps odd input from costing more than it is worth.
  for (let depth = 0; depth < 8 && text.includes('<'); depth++) {
    const next = text.replace(/(?:::)?<[^<>]*>/g, '')
    if (next === text) break
    text = next
  }
  return text
}

const maxNameLength = 200
const separators = /(?:\?\.|\.|::|->|\?->|:)\s*$/
const chainOfNames = /^[$@:\\#\p{L}_][\p{L}\p{M}\p{N}_$@:.\\#>?!*&-]*$/u

function readUse(match: QueryMatch, kind: Reference['kind'], text: string): Use | null {
  let nameNode: Node | undefined
  let receiverNode: Node | undefined
  for (const { name, node } of match.captures) {
    if (name === 'name') nameNode = node
    else if (name === 'receiver') receiverNode = node
  }
  if (nameNode === undefined) return null
  const start = nameNode.startIndex
  const written = text.slice(start, nameNode.endIndex)
  if (written === '' || written.length > maxNameLength) return null
  if (receiverNode === undefined) {
    const cut = splitQualified(written)
    if (cut !== null) {
      const receiver = cut.qualifier === '' ? null : namesOnly(cut.qualifier)
      return cut.name === '' ? null : { kind, name: cut.name, receiver, start }
    }
  }
  return { kind, name: written, receiver: readReceiver(receiverNode, start, text), start }
}

function readReceiver(node: Node | undefined, nameStart: number, text: string): string | null {
  if (node === undefined) return null
  // The separator before the name ends the receiver, which saves asking the node for its end.
  const from = node.startIndex
  if (nameStart - from > maxNameLength) return '?'
  const before = text.slice(from, nameStart).trimEnd().replace(separators, '')
  const written = before.includes('<') ? withoutTypeArguments(before) : before.replace(/\s+/g, '')
  const names = written.replace(separators, '')
  return names === '' ? null : namesOnly(names)
}

function namesOnly(written: string): string {
  return chainOfNames.test(written) || written === 'super()' ? written : '?'
}

/** What an import statement brings in, before its names are told from those of others. */
interface ImportStatement {
  readonly start: number
  readonly end: number
  readonly specifier: string
  readonly isReexport: boolean
  readonly names: ImportName[]
}

interface ImportName {
  readonly imported: string | null
  readonly local: string | null
}

/** A name of an import that was matched apart from its statement. */
interface LooseName extends ImportName {
  readonly start: number
  /** What is exported where the name stands in no import. */
  readonly exported: string | null
}

function readImport(
  match: QueryMatch,
  { isReexport, prefix }: Extract<Pattern, { role: 'import' }>,
  lines: LineTable,
): ImportStatement[] {
  const { text } = lines
  let whole: Node | undefined
  let specifier: string | null = null
  let tree: Node | undefined
  let list: Node | undefined
  for (const { name, node } of match.captures) {
    if (name === 'import' || name === 'reexport') whole = node
    else if (name === 'import.tree') tree = node
    else if (name === 'import.names') list = node
    else if (name === 'import.specifier') {
      specifier = readSpecifier(text.slice(node.startIndex, node.endIndex))
      if (!specifier.startsWith('.')) specifier = prefix + specifier
    }
  }
  if (whole === undefined) return []
  const place = { start: whole.startIndex, end: whole.endIndex, isReexport }
  if (tree !== undefined) {
    return expandImportTree(text.slice(tree.startIndex, tree.endIndex)).map(
      ({ specifier, imported, local }) => ({ ...place, specifier, names: [{ imported, local }] }),
    )
  }
  if (specifier === null || specifier === '') return []
  if (list !== undefined) {
    return [
      { ...place, specifier, names: readNameList(text.slice(list.startIndex, list.endIndex)) },
    ]
  }
  const name = readImportName(match, text)
  return [{ ...place, specifier, names: name === null ? [] : [name] }]
}

function readImportName(match: QueryMatch, text: string): ImportName | null {
  let imported: string | null = null
  let local: string | null = null
  for (const { name, node } of match.captures) {
    if (!name.startsWith('import.')) continue
    const written = (): string => text.slice(node.startIndex, node.endIndex)
    switch (name) {
      case 'import.name':
        imported = readName(written())
        break
      case 'import.local':
        local = lastSegment(written())
        break
      case 'import.default':
        imported = 'default'
        local = written()
        break
      case 'import.namespace':
        imported = '*'
        local = written()
        break
      case 'import.wildcard':
        imported = '*'
        break
    }
  }
  if (imported === null && local === null) return null
  return { imported, local: imported === null || imported === '*' ? local : (local ?? imported) }
}

function readLooseName(match: QueryMatch, text: string): LooseName | null {
  const name = readImportName(match, text)
  const exported = match.captures.find((capture) => capture.name === 'export.name')?.node
  const start = match.captures[0]?.node.startIndex
  if (name === null || start === undefined) return null
  return {
    ...name,
    start,
    exported: exported === undefined ? null : text.slice(exported.startIndex, exported.endIndex),
  }
}

/** Names of a list such as `{ a, b: c, d = 1 }`. */
function readNameList(text: string): ImportName[] {
  return text
    .replace(/^\{|\}$/g, '')
    .split(',')
    .flatMap((entry) => {
      const [name = '', local = name] = (entry.split('=')[0] ?? '')
        .split(':')
        .map((part) => part.trim())
      const isPlain = /^[\p{L}\p{N}_$]+$/u
      return isPlain.test(name) && isPlain.test(local) ? [{ imported: name, local }] : []
    })
}

/** Puts the names that were matched apart into their statements; the rest are exports. */
function joinImports(
  statements: ImportStatement[],
  names: LooseName[],
  exportedNames: Set<string>,
  lines: LineTable,
): FoundImport[] {
  statements.sort((a, b) => a.start - b.start)
  names.sort((a, b) => a.start - b.start)
  let at = 0
  for (const { start, exported, imported, local } of names) {
    while ((statements[at]?.end ?? Number.POSITIVE_INFINITY) <= start) at++
    const statement = statements[at]
    if (statement !== undefined && statement.start <= start)
      statement.names.push({ imported, local })
    else if (exported !== null) exportedNames.add(exported)
  }
  return statements.flatMap(({ start, specifier, isReexport, names }) => {
    const line = lines.lineAt(start) + 1
    const bindings = names.length === 0 ? [{ imported: null, local: null }] : names
    return bindings.map(({ imported, local }) => ({
      specifier,
      imported,
      local,
      isReexport,
      line,
      start,
    }))
  })
}

/** A module's name without white space and without the quotes or brackets around it. */
function readSpecifier(written: string): string {
  return written.replace(/^[<"'`]|[>"'`]$/g, '').replace(/\s+/g, '')
}

/** The name that a path is used by: `yaml` of `gopkg.in/yaml.v3`, `gin` of `github.com/gin-gonic/gin/v2`. */
function lastSegment(path: string): string {
  if (!path.includes('/')) return path
  const segments = path.replace(/\/v\d+$/, '').split('/')
  return (segments.at(-1) ?? path).replace(/\.v\d+$/, '')
}
