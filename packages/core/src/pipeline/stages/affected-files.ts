import type { SpooledFile } from '../../contracts/journal.ts'
import type { ImportBinding } from '../../contracts/parsed-file.ts'
import { createFileIndex } from '../../graph/file-index.ts'
import {
  type FileUses,
  type LocatedSurface,
  readFile,
  readSurface,
} from '../../graph/read-spooled.ts'
import { importedModule } from '../../graph/resolve-name.ts'
import { surfaceChange } from '../../graph/surface-change.ts'
import { resolvedPage } from '../in-flight.ts'
import type { RunContext } from '../run-context.ts'

/** From which state a run goes to which. */
export interface StateChange {
  /** Path → version that the ledger had before. */
  readonly previous: ReadonlyMap<string, { readonly version: string }>
  /** Path → version afterwards. */
  readonly versions: ReadonlyMap<string, string>
  /** Versions whose edges this run has resolved already. */
  readonly resolved: { has(version: string): boolean }
}

/**
 * Files that did not change but whose references may mean something else now, in pages: the edges
 * of a repository must not depend on the order in which its files were changed.
 */
export async function* filesToResolveAgain(
  context: Pick<RunContext, 'storage' | 'signal' | 'parser'>,
  change: StateChange,
): AsyncGenerator<SpooledFile[]> {
  const { previous, versions, resolved } = change
  const unchanged: string[] = []
  for (const [path, version] of versions) {
    if (previous.get(path)?.version === version && !resolved.has(version)) unchanged.push(version)
  }
  if (unchanged.length === 0) return
  const changed = await changedNames(context, change)
  const isOtherImport = changedImports(context.parser, change)
  if (changed !== 'everything' && changed.size === 0 && !isOtherImport) return
  const meanings: ChangedMeanings | 'everything' =
    changed === 'everything'
      ? changed
      : await passedOn(context, [...versions.values()], changed, isOtherImport)
  for (let start = 0; start < unchanged.length; start += resolvedPage) {
    context.signal.throwIfAborted()
    const slice = unchanged.slice(start, start + resolvedPage)
    const files = await context.storage.journal.spool.files(slice)
    const affected =
      meanings === 'everything'
        ? files
        : files.filter(
            (file) => meanings.paths.has(file.path) || mentions(readFile(file), meanings.names),
          )
    if (affected.length > 0) yield affected
  }
}

/** Whether an import of a file means other files than before; null where no file came or went. */
function changedImports(
  parser: Pick<RunContext['parser'], 'language'>,
  { previous, versions }: StateChange,
): ((file: LocatedSurface, binding: ImportBinding) => boolean) | null {
  const isSameSet =
    previous.size === versions.size && [...versions.keys()].every((path) => previous.has(path))
  if (isSameSet) return null
  const before = createFileIndex(previous.keys())
  const after = createFileIndex(versions.keys())
  return (file, binding) => {
    const resolveModule = parser.language(file.language)?.resolveModule
    if (!resolveModule) return false
    return [binding.specifier, importedModule(binding) ?? []].flat().some((specifier) => {
      const one = resolveModule(specifier, file.path, before)
      const other = resolveModule(specifier, file.path, after)
      return one.length !== other.length || one.some((path, index) => path !== other[index])
    })
  }
}

/** What may mean something else. */
interface ChangedMeanings {
  readonly names: ReadonlySet<string>
  /** Files with an import that means other files than before. */
  readonly paths: ReadonlySet<string>
}

/**
 * The names that changed, and those that any file makes of them: by importing under another name,
 * and by inheriting. Who mentions only the derived name is affected as well.
 */
async function passedOn(
  { storage, signal }: Pick<RunContext, 'storage' | 'signal'>,
  versions: readonly string[],
  changed: ReadonlySet<string>,
  isOtherImport: ReturnType<typeof changedImports>,
): Promise<ChangedMeanings | 'everything'> {
  const names = new Set(changed)
  const paths = new Set<string>()
  const derived = new Map<string, Set<string>>()
  const derive = (name: string, other: string): void => {
    if (name === other) return
    const known = derived.get(name)
    if (known) known.add(other)
    else derived.set(name, new Set([other]))
  }
  for (let start = 0; start < versions.length; start += resolvedPage) {
    signal.throwIfAborted()
    for (const spooled of await storage.journal.spool.surfaces(
      versions.slice(start, start + resolvedPage),
    )) {
      const surface = readSurface(spooled)
      for (const binding of surface.imports) {
        const { imported, local } = binding
        if (imported !== null && local !== null) derive(imported, local)
        if (!isOtherImport?.(surface, binding)) continue
        if (imported === '*' && local === null) return 'everything'
        paths.add(surface.path)
        if (local !== null) names.add(local)
      }
      for (const { from, receiver, name } of surface.heritage) {
        const type = from === null ? undefined : surface.symbols[from]?.name
        if (type === undefined) continue
        for (const word of [name, ...(receiver?.split(/\W+/u) ?? [])]) derive(word, type)
        // A module without a name of its own here, as in Go, has none that could be followed.
        if (paths.has(surface.path)) names.add(type)
      }
    }
  }
  // A set grows while it is walked: this ends when nothing more follows.
  for (const name of names) for (const other of derived.get(name) ?? []) names.add(other)
  return { names, paths }
}

async function changedNames(
  { storage, signal }: Pick<RunContext, 'storage' | 'signal'>,
  { previous, versions }: StateChange,
): Promise<ReadonlySet<string> | 'everything'> {
  const names = new Set<string>()
  const paths: string[] = []
  for (const [path, { version }] of previous) if (versions.get(path) !== version) paths.push(path)
  for (const path of versions.keys()) if (!previous.has(path)) paths.push(path)
  for (let start = 0; start < paths.length; start += resolvedPage) {
    signal.throwIfAborted()
    const slice = paths.slice(start, start + resolvedPage)
    const wanted = slice.flatMap((path) =>
      [previous.get(path)?.version ?? [], versions.get(path) ?? []].flat(),
    )
    const surfaces = new Map<string, LocatedSurface>()
    for (const surface of await storage.journal.spool.surfaces(wanted))
      surfaces.set(surface.version, readSurface(surface))
    const of = (version: string | undefined): LocatedSurface | null =>
      (version === undefined ? undefined : surfaces.get(version)) ?? null
    for (const path of slice) {
      const before = previous.get(path)?.version
      const after = versions.get(path)
      const change = surfaceChange(of(before), of(after))
      if (change === 'everything') return change
      for (const name of change) names.add(name)
    }
  }
  return names
}

function mentions(file: FileUses, names: ReadonlySet<string>): boolean {
  const isNamed = (text: string): boolean =>
    names.has(text) || text.split(/\W+/u).some((word) => names.has(word))
  for (const reference of [...file.references, ...file.heritage]) {
    if (names.has(reference.name)) return true
    if (reference.receiver !== null && isNamed(reference.receiver)) return true
  }
  return file.imports.some(
    ({ imported, local }) =>
      (imported !== null && names.has(imported)) || (local !== null && names.has(local)),
  )
}
