import type { FileSurface } from '../contracts/parsed-file.ts'

/**
 * Names whose meaning may differ for other files after a file went from one surface to another;
 * `'everything'` where any name may: a star import, an inheritance or a package changed, or a file
 * came or went.
 */
export type SurfaceChange = ReadonlySet<string> | 'everything'

/** Compares two states of a file; null stands for a file that is not there. */
export function surfaceChange(
  before: FileSurface | null,
  after: FileSurface | null,
): SurfaceChange {
  if (!before || !after || before.packageName !== after.packageName) return 'everything'
  if (inheritance(before) !== inheritance(after) || stars(before) !== stars(after))
    return 'everything'
  const changed = new Set<string>()
  const one = entries(before)
  const other = entries(after)
  for (const [key, names] of one) if (!other.has(key)) for (const name of names) changed.add(name)
  for (const [key, names] of other) if (!one.has(key)) for (const name of names) changed.add(name)
  return changed
}

function inheritance(surface: FileSurface): string {
  return surface.heritage
    .map(({ from, receiver, name }) => {
      const type = from === null ? '' : surface.symbols[from]?.symbolPath
      return `${type} ${receiver ?? ''} ${name}`
    })
    .join('\n')
}

function stars(surface: FileSurface): string {
  return surface.imports
    .filter((binding) => binding.imported === '*' && binding.local === null)
    .map((binding) => binding.specifier)
    .join('\n')
}

function entries(surface: FileSurface): Map<string, readonly string[]> {
  const found = new Map<string, readonly string[]>()
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
