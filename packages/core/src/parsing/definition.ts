import type { SymbolKind } from '../contracts/parsed-file.ts'

/** A definition as the query found it; offsets are UTF-16 code units of the text. */
export interface Definition {
  readonly name: string
  /** `scope`: holds definitions but is none itself. */
  readonly kind: SymbolKind | 'scope'
  /** Dotted path of the type it belongs to without standing inside it. */
  readonly scope: string | null
  readonly start: number
  readonly end: number
  readonly nameStart: number
  /** The text from the start of the line it begins on to the end of its name. */
  readonly head: string
  readonly isMarkedExported: boolean
  /** Whether it counts only where it does not stand inside a function. */
  readonly isNeverLocal: boolean
}
