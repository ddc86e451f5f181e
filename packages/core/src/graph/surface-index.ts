import { symbolNodeIds } from '../content-ids.ts'
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
  /** Imports that bind this name, or are of a module that is called so, in source order. */
  named(name: string): readonly ImportBinding[]
  /** Imports of everything in a module that bind no name themselves. */
  readonly stars: readonly ImportBinding[]
  /** Imports by which another file can get this name from here, in source order. */
  passedOn(name: string): readonly ImportBinding[]
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
  const byEither = lazily(() => groupByNames(imports))
  const occurrences = lazily(() => countOccurrences(symbols))
  const stars = imports.filter(isStar)
  const idOf = lazily(() => symbolNodeIds(repository, path))
  const nodeIds: string[] = []
  return {
    path,
    language,
    packageName,
    symbols,
    imports,
    nodeId(symbol) {
      const known = nodeIds[symbol]
      if (known !== undefined) return known
      const symbolPath = symbols[symbol]?.symbolPath ?? ''
      const id = idOf()(symbolPath, occurrences()[symbol] ?? 0)
      nodeIds[symbol] = id
      return id
    },
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
    named: (name) => byEither().get(name) ?? none,
    stars,
    passedOn(name) {
      if (stars.length > 0) return imports.filter((one) => isStar(one) || binds(one, name))
      return (byLocal().get(name) ?? none).filter((one) => binds(one, name))
    },
    heritage: (type) => byType().get(type) ?? none,
    modules: new Map(),
    isType: (symbol) => typeKinds.has(symbols[symbol]?.kind ?? 'variable'),
  }
}

function isStar({ imported, local }: ImportBinding): boolean {
  return imported === '*' && local === null
}

/** Whether it binds a single thing of a module to this name. */
function binds({ imported, local }: ImportBinding, name: string): boolean {
  return local === name && imported !== '*'
}

/** By symbol: how many before it have the same symbol path. */
function countOccurrences(symbols: readonly SymbolDefinition[]): readonly number[] {
  const counts = new Map<string, number>()
  return symbols.map(({ symbolPath }) => {
    const occurrence = counts.get(symbolPath) ?? 0
    counts.set(symbolPath, occurrence + 1)
    return occurrence
  })
}

function groupByNames(imports: readonly ImportBinding[]): Map<string, ImportBinding[]> {
  const groups = new Map<string, ImportBinding[]>()
  const add = (name: string, binding: ImportBinding): void => {
    const group = groups.get(name)
    if (group) group.push(binding)
    else groups.set(name, [binding])
  }
  for (const binding of imports) {
    const { local, specifier } = binding
    if (local !== null) add(local, binding)
    if (local !== specifier) add(specifier, binding)
  }
  return groups
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
