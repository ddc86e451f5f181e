import type { EdgeResolution } from '../contracts/graph-store.ts'
import type { FileIndex, Language } from '../contracts/language.ts'
import type { ImportBinding, Reference } from '../contracts/parsed-file.ts'
import type { SurfaceIndex } from './surface-index.ts'

/** A definition that a name means, and how it was found. */
export interface Resolved {
  readonly surface: SurfaceIndex
  /** Index in the surface's symbols. */
  readonly symbol: number
  readonly resolution: EdgeResolution
}

/** What resolution asks about the repository. */
export interface ResolutionContext {
  readonly files: FileIndex
  language(id: string): Language | undefined
  /** The surface of a path; undefined when it is not loaded, which the context remembers. */
  surface(path: string): SurfaceIndex | undefined
}

// What stands before the name is no chain of names: only types could tell what it means.
const unnamedReceiver = '?'
// Re-exports and inheritance may form loops; real chains are short.
const mostHops = 8

/**
 * The definition that a reference means, if the source says so: by scope, imports, package or
 * inheritance as the language defines them. What would need types is left unresolved: no guess.
 */
export function resolveReference(
  context: ResolutionContext,
  file: SurfaceIndex,
  reference: Reference,
): Resolved | null {
  const { receiver, name, from } = reference
  if (receiver === unnamedReceiver) return null
  const language = context.language(file.language)
  if (receiver === null) return resolveName(context, file, name, from, mostHops)
  const enclosing = enclosingType(file, from)
  if (language?.selfReceivers?.includes(receiver)) {
    return enclosing === null ? null : resolveMember(context, file, enclosing, name, mostHops)
  }
  if (language?.superReceivers?.includes(receiver)) {
    return enclosing === null ? null : resolveInherited(context, file, enclosing, name, mostHops)
  }
  return resolveQualified(context, file, receiver, name, from)
}

/** The modules' files that an import means. */
export function importedPaths(
  context: ResolutionContext,
  file: SurfaceIndex,
  specifier: string,
): readonly string[] {
  const known = file.modules.get(specifier)
  if (known) return known
  const language = context.language(file.language)
  const paths = nearest(
    language?.resolveModule?.(specifier, file.path, context.files) ?? [],
    file.path,
  )
  file.modules.set(specifier, paths)
  return paths
}

/** Of modules that are called alike in several places, the one that shares most folders with the importer. */
function nearest(paths: readonly string[], fromPath: string): readonly string[] {
  if (paths.length < 2) return paths
  const from = fromPath.split('/')
  const shared = paths.map((path) => {
    const folders = path.split('/')
    let depth = 0
    while (depth < folders.length - 1 && folders[depth] === from[depth]) depth++
    return depth
  })
  const most = Math.max(...shared)
  return paths.filter((_, index) => shared[index] === most)
}

/** The module that an imported name may itself be, as in Python's `from package import module`. */
export function importedModule({ imported, specifier }: ImportBinding): string | null {
  if (imported === null || imported === '*') return null
  return specifier.endsWith('.') ? `${specifier}${imported}` : `${specifier}.${imported}`
}

/** The files of {@link importedModule}. */
export function importedModulePaths(
  context: ResolutionContext,
  file: SurfaceIndex,
  binding: ImportBinding,
): readonly string[] {
  const module = importedModule(binding)
  return module === null ? [] : importedPaths(context, file, module)
}

function resolveName(
  context: ResolutionContext,
  file: SurfaceIndex,
  name: string,
  from: number | null,
  hops: number,
): Resolved | null {
  if (hops === 0) return null
  const language = context.language(file.language)
  for (let scope = from; scope !== null; scope = file.symbols[scope]?.parent ?? null) {
    if (file.isType(scope)) {
      if (!language?.implicitSelf) continue
      const member = resolveMember(context, file, scope, name, hops - 1)
      if (member) return member
    } else {
      const nested = file.children(scope, name)[0]
      if (nested !== undefined) return { surface: file, symbol: nested, resolution: 'scope' }
    }
  }
  const own = file.children(null, name)[0]
  if (own !== undefined) return { surface: file, symbol: own, resolution: 'scope' }
  for (const binding of file.bindings(name)) {
    const found = followBinding(context, file, binding, hops - 1)
    if (found) return found
  }
  for (const binding of file.stars) {
    if (binding.isReexport) continue
    const found = findExport(
      context,
      importedPaths(context, file, binding.specifier),
      name,
      hops - 1,
    )
    if (found) return found
  }
  return language?.sharesPackageScope ? resolveInPackage(context, file, name) : null
}

function resolveInPackage(
  context: ResolutionContext,
  file: SurfaceIndex,
  name: string,
): Resolved | null {
  const slash = file.path.lastIndexOf('/')
  for (const path of context.files.inFolder(slash < 0 ? '' : file.path.slice(0, slash))) {
    if (path === file.path) continue
    const other = context.surface(path)
    if (other?.language !== file.language || other.packageName !== file.packageName) continue
    const symbol = other.children(null, name)[0]
    if (symbol !== undefined) return { surface: other, symbol, resolution: 'package' }
  }
  return null
}

function followBinding(
  context: ResolutionContext,
  file: SurfaceIndex,
  binding: ImportBinding,
  hops: number,
): Resolved | null {
  if (binding.imported === null || binding.imported === '*') return null
  return findExport(
    context,
    importedPaths(context, file, binding.specifier),
    binding.imported,
    hops,
  )
}

/** A top-level definition of this name in one of the files, or passed on by one of them. */
function findExport(
  context: ResolutionContext,
  paths: readonly string[],
  name: string,
  hops: number,
  // Modules that pass each other on would be asked again and again, ever more often with each hop.
  asked: Set<string> | null = null,
): Resolved | null {
  if (hops <= 0) return null
  for (const path of paths) {
    if (asked?.has(`${path}\n${name}`)) continue
    asked?.add(`${path}\n${name}`)
    const other = context.surface(path)
    if (!other) continue
    const symbol = other.children(null, name)[0]
    if (symbol !== undefined) return { surface: other, symbol, resolution: 'import' }
    for (const binding of other.passedOn(name)) {
      const imported = binding.imported === '*' ? name : binding.imported
      if (imported === null) continue
      asked ??= new Set([`${path}\n${name}`])
      const from = importedPaths(context, other, binding.specifier)
      const found = findExport(context, from, imported, hops - 1, asked)
      if (found) return { ...found, resolution: 'import' }
    }
  }
  return null
}

/** `receiver.name` where the receiver names a type or an imported module. */
function resolveQualified(
  context: ResolutionContext,
  file: SurfaceIndex,
  receiver: string,
  name: string,
  from: number | null,
): Resolved | null {
  const segments = receiver.split(/\.|::|->|\\/u).filter((segment) => segment !== '')
  const head = segments[0]
  if (head === undefined) return null
  const moduleMember = resolveInModule(context, file, receiver, segments, name)
  if (moduleMember) return moduleMember
  let owner = resolveName(context, file, head, from, mostHops)
  for (const segment of segments.slice(1)) {
    if (!owner) return null
    const next: number | undefined = owner.surface.children(owner.symbol, segment)[0]
    owner = next === undefined ? null : { ...owner, symbol: next }
  }
  if (!owner) return null
  const isContainer =
    owner.surface.isType(owner.symbol) ||
    owner.surface.symbols[owner.symbol]?.kind === 'namespace' ||
    owner.surface.symbols[owner.symbol]?.kind === 'module'
  if (!isContainer) return null
  return resolveMember(context, owner.surface, owner.symbol, name, mostHops)
}

function resolveInModule(
  context: ResolutionContext,
  file: SurfaceIndex,
  receiver: string,
  segments: readonly string[],
  name: string,
): Resolved | null {
  const [head] = segments
  // The parts differ from the whole where separators stand before or after a single name.
  const candidates =
    segments.length === 1 && head !== undefined && head !== receiver
      ? [...file.named(receiver), ...file.named(head)]
      : file.named(receiver)
  for (const binding of candidates) {
    if (binding.isReexport && binding.local === null) continue
    const isNamespace = binding.imported === null || binding.imported === '*'
    const bindsReceiver = binding.local === receiver || binding.specifier === receiver
    if (isNamespace && bindsReceiver) {
      const found = findExport(
        context,
        importedPaths(context, file, binding.specifier),
        name,
        mostHops,
      )
      if (found) return found
    }
    if (!isNamespace && binding.local === head && segments.length === 1) {
      const paths = importedModulePaths(context, file, binding)
      const found = findExport(context, paths, name, mostHops)
      if (found) return found
    }
  }
  return null
}

function resolveMember(
  context: ResolutionContext,
  surface: SurfaceIndex,
  type: number,
  name: string,
  hops: number,
): Resolved | null {
  const own = surface.children(type, name)[0]
  if (own !== undefined) return { surface, symbol: own, resolution: 'member' }
  return resolveInherited(context, surface, type, name, hops)
}

function resolveInherited(
  context: ResolutionContext,
  surface: SurfaceIndex,
  type: number,
  name: string,
  hops: number,
): Resolved | null {
  if (hops <= 0) return null
  const scope = surface.symbols[type]?.parent ?? null
  for (const base of surface.heritage(type)) {
    const found =
      base.receiver === null
        ? resolveName(context, surface, base.name, scope, hops - 1)
        : resolveQualified(context, surface, base.receiver, base.name, scope)
    if (!found || (found.surface === surface && found.symbol === type)) continue
    const member = resolveMember(context, found.surface, found.symbol, name, hops - 1)
    if (member) return member
  }
  return null
}

function enclosingType(file: SurfaceIndex, from: number | null): number | null {
  for (let scope = from; scope !== null; scope = file.symbols[scope]?.parent ?? null) {
    if (file.isType(scope)) return scope
  }
  return null
}
