import type { SpooledFile } from '../../contracts/journal.ts'
import type { FileSurface } from '../../contracts/parsed-file.ts'
import { surfaceChange } from '../../graph/surface-change.ts'
import type { RunContext } from '../run-context.ts'
import type { StoreInput } from './store.ts'

const page = 200

/**
 * Files that did not change but whose references may mean something else now, in pages: the edges
 * of a repository must not depend on the order in which its files were changed.
 */
export async function* filesToResolveAgain(
  context: Pick<RunContext, 'storage' | 'signal'>,
  input: Pick<StoreInput, 'plan' | 'previous'>,
  versions: ReadonlyMap<string, string>,
): AsyncGenerator<SpooledFile[]> {
  const unchanged = [...versions].filter(
    ([path, version]) => input.previous.get(path)?.version === version,
  )
  if (unchanged.length === 0) return
  const changed = await changedNames(context, input, versions)
  if (changed !== 'everything' && changed.size === 0) return
  for (let start = 0; start < unchanged.length; start += page) {
    context.signal.throwIfAborted()
    const slice = unchanged.slice(start, start + page).map(([, version]) => version)
    const files = await context.storage.journal.spool.files(slice)
    const affected =
      changed === 'everything' ? files : files.filter((file) => mentions(file, changed))
    if (affected.length > 0) yield affected
  }
}

async function changedNames(
  { storage, signal }: Pick<RunContext, 'storage' | 'signal'>,
  { plan, previous }: Pick<StoreInput, 'plan' | 'previous'>,
  versions: ReadonlyMap<string, string>,
): Promise<ReadonlySet<string> | 'everything'> {
  const names = new Set<string>()
  const paths = [...plan.changedPaths]
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
