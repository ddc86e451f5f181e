import type { FileIndex } from '../contracts/language.ts'

const mostSuffixMatches = 20

/** Indexes the paths of a repository for module resolution. */
export function createFileIndex(paths: Iterable<string>): FileIndex {
  const all = new Set<string>()
  const byFolder = new Map<string, string[]>()
  // By the last two names: `__init__.py` or `index.ts` alone would be half of some repositories.
  const byEnding = new Map<string, string[]>()
  const byName = new Map<string, string[]>()
  for (const path of paths) {
    all.add(path)
    const slash = path.lastIndexOf('/')
    append(byFolder, slash < 0 ? '' : path.slice(0, slash), path)
    append(byName, path.slice(slash + 1), path)
    if (slash > 0) append(byEnding, lastTwoNames(path, slash), path)
  }
  for (const list of byFolder.values()) list.sort()
  for (const list of byName.values()) list.sort()
  for (const list of byEnding.values()) list.sort()
  return {
    has: (path) => all.has(path),
    inFolder: (folder) => byFolder.get(folder) ?? [],
    endingWith(suffix) {
      const slash = suffix.lastIndexOf('/')
      const candidates =
        slash > 0 ? byEnding.get(lastTwoNames(suffix, slash)) : byName.get(suffix.slice(slash + 1))
      const found: string[] = []
      for (const path of candidates ?? []) {
        if (path !== suffix && !path.endsWith(`/${suffix}`)) continue
        found.push(path)
        if (found.length === mostSuffixMatches) break
      }
      return found
    },
  }
}

function lastTwoNames(path: string, slash: number): string {
  return path.slice(path.lastIndexOf('/', slash - 1) + 1)
}

function append(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key)
  if (list) list.push(value)
  else map.set(key, [value])
}
