import type { FileSurface, Reference } from '../contracts/parsed-file.ts'

// What one file may put into the graph. Its definitions and uses are resolved in one go on the host's
// thread; more of them are in data that was written as code, and would hold that thread up.
const mostSymbols = 4_000
const mostReferences = 16_000
const mostImports = 4_000

/** The part of a parsed file that the graph is made of. */
type GraphParts = Pick<FileSurface, 'symbols' | 'imports' | 'heritage'> & {
  readonly references: readonly Reference[]
}

/** The beginning of what a file puts into the graph, with a warning for each part that is cut. */
export function limitGraph({ symbols, imports, heritage, references }: GraphParts): {
  readonly parts: GraphParts
  readonly warnings: readonly string[]
} {
  const warnings: string[] = []
  const first = <T>(items: readonly T[], most: number, what: string): readonly T[] => {
    if (items.length <= most) return items
    warnings.push(
      `Only the first ${most} of ${items.length} ${what} are in the code graph; the text is indexed whole.`,
    )
    return items.slice(0, most)
  }
  const kept = first(symbols, mostSymbols, 'definitions')
  const isKept = ({ from }: Reference): boolean => from === null || from < kept.length
  return {
    parts: {
      symbols: kept,
      imports: first(imports, mostImports, 'imports'),
      heritage: heritage.filter(isKept),
      references: first(references.filter(isKept), mostReferences, 'calls'),
    },
    warnings,
  }
}
