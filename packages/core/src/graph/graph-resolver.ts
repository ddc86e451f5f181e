import { setImmediate } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import type { Spool, SpooledFile } from '../contracts/journal.ts'
import type { Language } from '../contracts/language.ts'
import { createFileIndex } from './file-index.ts'
import { readFile, readSurface } from './read-spooled.ts'
import { type FileGraph, resolveFile } from './resolve-file.ts'
import { importedModulePaths, importedPaths, type ResolutionContext } from './resolve-name.ts'
import { indexSurface, type SurfaceIndex } from './surface-index.ts'

// Surfaces kept between pages: enough for what a page imports. With more hardly any time is saved, while
// the garbage collector takes them for long-lived and leaves them lying.
const mostSurfaces = 50
const surfacePage = 200

export interface GraphResolver {
  /** The graph of each file, in the order given. One call at a time. */
  resolve(files: readonly SpooledFile[], signal?: AbortSignal): AsyncGenerator<FileGraph>
}

/** Resolves files of one state of a repository; `versions` is that state: path → file version. */
export function createGraphResolver(options: {
  readonly repository: string
  readonly surfaces: Spool['surfaces']
  readonly versions: ReadonlyMap<string, string>
  readonly language: (id: string) => Language | undefined
}): GraphResolver {
  const { repository, surfaces, versions, language } = options
  const paths = createFileIndex(versions.keys())
  const recent = new LRUCache<string, SurfaceIndex>({ max: mostSurfaces })
  // What the page in hand has asked for stays until it is done, so that no eviction can starve it.
  let held = new Map<string, SurfaceIndex | null>()
  const missing = new Set<string>()

  const context: ResolutionContext = {
    files: paths,
    language,
    surface(path) {
      const surface = held.get(path) ?? recent.get(path)
      if (surface) held.set(path, surface)
      else if (!held.has(path)) missing.add(path)
      return surface
    },
  }

  const loadMissing = async (signal: AbortSignal | undefined): Promise<void> => {
    const paths = [...missing]
    missing.clear()
    for (let start = 0; start < paths.length; start += surfacePage) {
      signal?.throwIfAborted()
      const page = paths.slice(start, start + surfacePage)
      for (const path of page) held.set(path, null)
      const wanted = page.flatMap((path) => versions.get(path) ?? [])
      for (const surface of await surfaces(wanted)) {
        keep(indexSurface(repository, readSurface(surface)))
      }
    }
  }

  const keep = (surface: SurfaceIndex): void => {
    held.set(surface.path, surface)
    recent.set(surface.path, surface)
  }

  const prefetch = (surface: SurfaceIndex): void => {
    for (const binding of surface.imports) {
      for (const path of importedPaths(context, surface, binding.specifier)) context.surface(path)
      for (const path of importedModulePaths(context, surface, binding)) context.surface(path)
    }
  }

  return {
    async *resolve(files, signal) {
      held = new Map()
      const page = files.map(readFile)
      for (const file of page) keep(indexSurface(repository, file))
      for (const file of page) {
        const surface = held.get(file.path)
        if (surface) prefetch(surface)
      }
      await loadMissing(signal)
      for (const file of page) {
        const surface = held.get(file.path) ?? indexSurface(repository, file)
        let graph = resolveFile(context, repository, file, surface)
        while (missing.size > 0) {
          await loadMissing(signal)
          graph = resolveFile(context, repository, file, surface)
        }
        yield graph
        await setImmediate()
      }
    },
  }
}
