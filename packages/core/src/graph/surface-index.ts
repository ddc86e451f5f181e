import { symbolNodeId } from '../content-ids.ts'
import type {
  FileSurface,
  ImportBinding,
  Reference,
  SymbolDefinition,
  SymbolKind,
} from '../contracts/parsed-file.ts'

const typeKinds: ReadonlySet<SymbolKind> = new Set([
  'class',
  'interface',
  'struct',
  'enum',
  'trait',
  'type',
])

/** A file's surface, indexed by name, with the ids of its symbols' nodes. */
export interface SurfaceIndex {
  readonly path: string
  readonly language: string
  readonly packageName: string | null
  readonly symbols: readonly SymbolDefinition[]
  readonly imports: readonly ImportBinding[]
  /** Node ids in the order of `symbols`. */
  readonly nodeIds: readonly string[]
  /** Indices of the children of a symbol (null: top level) with this name, in source order. */
  children(parent: number | null, name: string): readonly number[]
  /** Imports that bind this name in the file. */
  bindings(local: string): readonly ImportBinding[]
  /** Extends and implements references of the type with this index. */
  heritage(type: number): readonly Reference[]
  isType(symbol: number): boolean
  /** Files that a specifier means here, once they are known: the same import is asked for many times. */
  readonly modules: Map<string, readonly string[]>
}

const none: readonly never[] = []

/** Indexes a surface of `repository`. */
export function indexSurface(
  repository: string,
  file: FileSurface & { readonly path: string; readonly language: string },
): SurfaceIndex {
  const children = new Map<string, number[]>()
  const occurrences = new Map<string, number>()
  const nodeIds: string[] = []
  for (const [index, symbol] of file.symbols.entries()) {
    push(children, childKey(symbol.parent, symbol.name), index)
    const occurrence = occurrences.get(symbol.symbolPath) ?? 0
    occurrences.set(symbol.symbolPath, occurrence + 1)
    nodeIds.push(symbolNodeId(repository, file.path, symbol.symbolPath, occurrence))
  }
  const bindings = new Map<string, ImportBinding[]>()
  for (const binding of file.imports) {
    if (binding.local !== null) push(bindings, binding.local, binding)
  }
  const heritage = new Map<number, Reference[]>()
  for (const reference of file.heritage) {
    if (reference.from !== null) push(heritage, reference.from, reference)
  }
  return {
    path: file.path,
    language: file.language,
    packageName: file.packageName,
    symbols: file.symbols,
    imports: file.imports,
    nodeIds,
    children: (parent, name) => children.get(childKey(parent, name)) ?? none,
    bindings: (local) => bindings.get(local) ?? none,
    heritage: (type) => heritage.get(type) ?? none,
    modules: new Map(),
    isType: (symbol) => typeKinds.has(file.symbols[symbol]?.kind ?? 'variable'),
  }
}

function childKey(parent: number | null, name: string): string {
  return `${parent ?? ''}/${name}`
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}
