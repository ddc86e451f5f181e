import type { SpooledFile } from '../../contracts/journal.ts'
import type { FileSurface } from '../../contracts/parsed-file.ts'
import { createFileIndex } from '../../graph/file-index.ts'
import { importedModule } from '../../graph/resolve-name.ts'
import { surfaceChange } from '../../graph/surface-change.ts'
import type { RunContext } from '../run-context.ts'

const page = 200

/** From which state a run goes to which. */
export interface StateChange {
  /** Path → version that the ledger had before. */
  readonly previous: ReadonlyMap<string, { readonly version: string }>
  /** Path → version afterwards. */
  readonly versions: ReadonlyMap<string, string>
  /** Paths that have another version now, or none. */
  readonly changedPaths: ReadonlySet<string>
}

/**
 * Files that did not change but whose references may mean something else now, in pages: the edges
 * of a repository must not depend on the order in which its files were changed.
 */
export async function* filesToResolveAgain(
  context: Pick<RunContext, 'storage' | 'signal' | 'parser'>,
  change: StateChange,
): AsyncGenerator<SpooledFile[]> {
  const { previous, versions } = change
  const unchanged = [...versions].filter(
    ([path, version]) => previous.get(path)?.version === version,
  )
  if (unchanged.length === 0) return
  const names = await changedNames(context, change)
  const hasOtherImports = changedImports(context.parser, change)
  if (names !== 'everything' && names.size === 0 && !hasOtherImports) return
  for (let start = 0; start < unchanged.length; start += page) {
    context.signal.throwIfAborted()
    const slice = unchanged.slice(start, start + page).map(([, version]) => version)
    const files = await context.storage.journal.spool.files(slice)
    const affected =
      names === 'everything'
        ? files
        : files.filter((file) => mentions(file, names) || hasOtherImports?.(file))
    if (affected.length > 0) yield affected
  }
}

/** Whether an import of a file means other files than before; null where no file came or went. */
function changedImports(
  parser: Pick<RunContext['parser'], 'language'>,
  { previous, versions }: StateChange,
): ((file: SpooledFile) => boolean) | null {
  const isSameSet =
    previous.size === versions.size && [...versions.keys()].every((path) => previous.has(path))
  if (isSameSet) return null
  const before = createFileIndex(previous.keys())
  const after = createFileIndex(versions.keys())
  return (file) => {
    const resolveModule = parser.language(file.language)?.resolveModule
    if (!resolveModule) return false
    const specifiers = new Set(
      file.imports.flatMap((binding) => [binding.specifier, importedModule(binding) ?? []].flat()),
    )
    return [...specifiers].some((specifier) => {
      const one = resolveModule(specifier, file.path, before)
      const other = resolveModule(specifier, file.path, after)
      return one.length !== other.length || one.some((path, index) => path !== other[index])
    })
  }
}

async function changedNames(
  { storage, signal }: Pick<RunContext, 'storage' | 'signal'>,
  { previous, versions, changedPaths }: StateChange,
): Promise<ReadonlySet<string> | 'everything'> {
  const names = new Set<string>()
  const paths = [...changedPaths]
  for (let start = 0; start < paths.length; start += page) {
    signal.throwIfAborted()
    const slice = paths.slice(start, start + page)
    const wanted = slice.flatMap((path) =>
      [previous.get(path)?.version ?? [], versions.get(path) ?? []].flat(),
    )
    const surfaces = new Map<string, FileSurface>()
    for (const surface of await storage.journal.spool.surfaces(wanted))
      surfaces.set(surface.version, surface)
    const of = (version: string | undefined): FileSurface | null =>
      (version === undefined ? undefined : surfaces.get(version)) ?? null
    for (const path of slice) {
      const before = previous.get(path)?.version
      const after = versions.get(path)
      if (before === after) continue
      const change = surfaceChange(of(before), of(after))
      if (change === 'everything') return change
      for (const name of change) names.add(name)
    }
  }
  return names
}

function mentions(file: SpooledFile, names: ReadonlySet<string>): boolean {
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
