/** One name of a nested import list. */
export interface ImportTreeEntry {
  readonly specifier: string
  readonly imported: string | null
  readonly local: string | null
}

/**
 * The names of an import with nested lists, as Rust and PHP write them:
 * `a::{self, b::{c as d, e::*}}` gives `a`, `a::b` with `c` as `d`, and all of `a::b::e`.
 */
export function expandImportTree(text: string): ImportTreeEntry[] {
  const separator = text.includes('\\') ? '\\' : '::'
  const entries: ImportTreeEntry[] = []
  const prefixes: string[] = ['']
  let prefix = ''
  let segment = ''
  const flush = (): void => {
    const written = segment.trim()
    segment = ''
    if (written !== '') entries.push(entryOf(prefix + written, separator))
  }
  for (const character of withoutKeywords(text)) {
    if (character === '{') {
      prefixes.push(prefix)
      prefix += segment.replace(/\s+/g, '')
      segment = ''
    } else if (character === '}') {
      flush()
      prefix = prefixes.pop() ?? ''
    } else if (character === ',') {
      flush()
    } else {
      segment += character
    }
  }
  flush()
  return entries
}

function withoutKeywords(text: string): string {
  return text
    .replace(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, ' ')
    .replace(/^\s*use\s+(?:function\s+|const\s+)?|;\s*$/g, '')
}

function entryOf(written: string, separator: string): ImportTreeEntry {
  const [path = '', alias] = written.split(/\s+as\s+/)
  const segments = path.replace(/\s+/g, '').split(separator)
  const last = segments.pop() ?? ''
  const specifier = segments.join(separator)
  const local = alias?.trim() ?? null
  if (last === '*') return { specifier, imported: '*', local: null }
  if (last === 'self') return { specifier, imported: null, local: local ?? segments.at(-1) ?? null }
  // A namespace of PHP is a folder, and the class in it a file: the class is the module.
  if (separator === '\\') {
    return { specifier: [...segments, last].join(separator), imported: last, local: local ?? last }
  }
  if (specifier === '') return { specifier: last, imported: null, local: local ?? last }
  return { specifier, imported: last, local: local === '_' ? null : (local ?? last) }
}
