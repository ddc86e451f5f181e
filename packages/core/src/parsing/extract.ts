import type { Node, QueryMatch } from 'web-tree-sitter'
import type { Reference } from '../contracts/parsed-file.ts'
import type { Definition } from './definition.ts'
import type { Grammar } from './grammar.ts'
import type { LineTable } from './line-table.ts'
import type { Pattern } from './pattern.ts'
import {
  type FoundImport,
  type ImportStatement,
  joinImports,
  type LooseName,
  readImport,
  readLooseName,
} from './read-imports.ts'
import { namesOnly, readName, splitQualified, withoutTypeArguments } from './written-name.ts'

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

const maxNameLength = 200
const separators = /(?:\?\.|\.|::|->|\?->|:)\s*$/

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
