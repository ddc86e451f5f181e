import type { Node, QueryMatch } from 'web-tree-sitter'
import type { ImportBinding } from '../contracts/parsed-file.ts'
import { expandImportTree } from './import-tree.ts'
import type { LineTable } from './line-table.ts'
import type { Pattern } from './pattern.ts'
import { readName } from './written-name.ts'

/** An import and its offset. */
export type FoundImport = ImportBinding & { readonly start: number }

/** What an import statement brings in, before its names are told from those of others. */
export interface ImportStatement {
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
export interface LooseName extends ImportName {
  readonly start: number
  /** What is exported where the name stands in no import. */
  readonly exported: string | null
}

/** The statements of one match: one, or one for each entry of a nested list. */
export function readImport(
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

/** The name that a match apart from its statement tells of; null where it tells of none. */
export function readLooseName(match: QueryMatch, text: string): LooseName | null {
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
export function joinImports(
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
