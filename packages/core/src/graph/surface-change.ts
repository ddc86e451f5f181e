import type { FileSurface } from '../contracts/parsed-file.ts'

/**
 * Names whose meaning may differ for other files after a file went from one surface to another;
 * `'everything'` where any name may: what it inherits from, passes on as a whole or belongs to changed.
 */
export type SurfaceChange = ReadonlySet<string> | 'everything'

/** Compares two states of a file; null stands for a file that is not there. */
export function surfaceChange(
  before: FileSurface | null,
  after: FileSurface | null,
): SurfaceChange {
  if (before && after && ties(before) !== ties(after)) return 'everything'
  const changed = new Set<string>()
  const one = entries(before)
  const other = entries(after)
  for (const [key, names] of one) if (!other.has(key)) for (const name of names) changed.add(name)
  for (const [key, names] of other) if (!one.has(key)) for (const name of names) changed.add(name)
  return changed
}

/** What decides about names that the file itself does not have. */
function ties(surface: FileSurface): string {
  const inherited = surface.heritage.map(({ from, receiver, name }) => {
    const type = from === null ? '' : surface.symbols[from]?.symbolPath
    return `${type} ${receiver ?? ''} ${name}`
  })
  const stars = surface.imports
    .filter((binding) => binding.imported === '*' && binding.local === null)
    .map((binding) => binding.specifier)
  return JSON.stringify([surface.packageName, inherited, stars])
}

function entries(surface: FileSurface | null): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>()
  if (!surface) return found
  const occurrences = new Map<string, number>()
  for (const symbol of surface.symbols) {
    // The occurrence is part of the node's id, so a second definition of a path changes the first's too.
    const occurrence = occurrences.get(symbol.symbolPath) ?? 0
    occurrences.set(symbol.symbolPath, occurrence + 1)
    found.set(`symbol ${symbol.kind} ${symbol.symbolPath} ${occurrence}`, [
      symbol.name,
      ...symbol.symbolPath.split('.'),
    ])
  }
  for (const { specifier, imported, local } of surface.imports) {
    found.set(
      `import ${specifier} ${imported} ${local}`,
      [imported, local].filter((name) => name !== null),
    )
  }
  return found
}
