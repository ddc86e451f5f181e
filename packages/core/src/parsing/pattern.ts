import type { Query } from 'web-tree-sitter'
import type { SymbolKind } from '../contracts/parsed-file.ts'

/** What one pattern of a language's query says about the nodes it matches. */
export type Pattern =
  | {
      readonly role: 'definition'
      readonly kind: SymbolKind | 'scope'
      readonly isExported: boolean
      readonly isNeverLocal: boolean
    }
  | { readonly role: 'reference'; readonly kind: 'call' | 'extends' | 'implements' }
  | { readonly role: 'import'; readonly isReexport: boolean; readonly prefix: string }
  /** A name of the import that the match stands in. */
  | { readonly role: 'binding' }
  | { readonly role: 'mark' }

const kinds: Record<SymbolKind | 'scope', true> = {
  module: true,
  namespace: true,
  class: true,
  interface: true,
  struct: true,
  enum: true,
  trait: true,
  type: true,
  function: true,
  method: true,
  constructor: true,
  property: true,
  constant: true,
  variable: true,
  macro: true,
  section: true,
  scope: true,
}

function isKind(name: string): name is SymbolKind | 'scope' {
  return Object.hasOwn(kinds, name)
}

/**
 * What each pattern of a query means, from the captures it holds. Captures that only say so are then
 * switched off, because every captured node costs a crossing from WebAssembly.
 * @throws Error for a capture of a kind that is not known.
 */
export function compilePatterns(query: Query): Pattern[] {
  const patterns = query.captureQuantifiers.map((quantifiers, index): Pattern => {
    let isBinding = false
    const properties = query.setProperties[index] ?? {}
    for (const [captureIndex, name] of query.captureNames.entries()) {
      if ((quantifiers[captureIndex] ?? 0) === 0) continue
      const [role, kind = ''] = name.split('.')
      if (role === 'import' && kind !== '') isBinding = true
      if (role === 'definition') {
        if (!isKind(kind)) throw new Error(`@${name} is not a kind of definition`)
        return {
          role,
          kind,
          isExported: Object.hasOwn(properties, 'exported'),
          isNeverLocal: Object.hasOwn(properties, 'outside-functions'),
        }
      }
      if (role === 'reference') {
        if (kind !== 'call' && kind !== 'extends' && kind !== 'implements') {
          throw new Error(`@${name} is not a kind of reference`)
        }
        return { role, kind }
      }
      if (name === 'import' || name === 'reexport') {
        const prefix = properties['import.prefix'] ?? ''
        return { role: 'import', isReexport: name === 'reexport', prefix }
      }
    }
    return { role: isBinding ? 'binding' : 'mark' }
  })
  for (const name of query.captureNames) {
    if (name.startsWith('reference.')) query.disableCapture(name)
  }
  return patterns
}
