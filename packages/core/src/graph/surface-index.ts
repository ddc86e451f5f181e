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
  /** Id of the node of a symbol, by its index in `symbols`. */
  nodeId(symbol: number): string
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

/**
 * Indexes a surface of `repository`. Each part is indexed when it is first asked for: most files that
 * an import leads to are asked for one or two names.
 */
export function indexSurface(
  repository: string,
  file: FileSurface & { readonly path: string; readonly language: string },
): SurfaceIndex {
  const { path, language, packageName, symbols, imports } = file
  const byParent = lazily(() => groupBy(symbols.keys(), (index) => symbols[index]?.parent ?? null))
  const byName = new Map<number | null, Map<string, number[]>>()
  const byLocal = lazily(() => groupBy(imports.values(), ({ local }) => local))
  const byType = lazily(() => groupBy(file.heritage.values(), ({ from }) => from))
  const nodeIds = lazily(() => symbolNodeIds(repository, path, symbols))
  return {
    path,
    language,
    packageName,
    symbols,
    imports,
    nodeId: (symbol) => nodeIds()[symbol] ?? '',
    children(parent, name) {
      let names = byName.get(parent)
      if (!names) {
        const own = byParent().get(parent) ?? none
        names = groupBy(own.values(), (index) => symbols[index]?.name ?? '')
        byName.set(parent, names)
      }
      return names.get(name) ?? none
    },
    bindings: (local) => byLocal().get(local) ?? none,
    heritage: (type) => byType().get(type) ?? none,
    modules: new Map(),
    isType: (symbol) => typeKinds.has(symbols[symbol]?.kind ?? 'variable'),
  }
}

function symbolNodeIds(
  repository: string,
  path: string,
  symbols: readonly SymbolDefinition[],
): readonly string[] {
  const occurrences = new Map<string, number>()
  return symbols.map(({ symbolPath }) => {
    const occurrence = occurrences.get(symbolPath) ?? 0
    occurrences.set(symbolPath, occurrence + 1)
    return symbolNodeId(repository, path, symbolPath, occurrence)
  })
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

function groupBy<K, V>(values: Iterable<V>, keyOf: (value: V) => K): Map<K, V[]> {
  const groups = new Map<K, V[]>()
  for (const value of values) {
    const key = keyOf(value)
    const group = groups.get(key)
    if (group) group.push(value)
    else groups.set(key, [value])
  }
  return groups
}
