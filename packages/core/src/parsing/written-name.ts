/** A name without the quotes or the colon of a symbol that it may be written with. */
export function readName(written: string): string {
  const name = written.replace(/\s+/g, ' ')
  return /^(?:'.*'|".*"|`.*`)$/.test(name) ? name.slice(1, -1) : name.replace(/^:(?!:)/, '')
}

/** The parts of `a::B<T>::c`; null for a plain name. */
export function splitQualified(written: string): { qualifier: string; name: string } | null {
  const plain = written.includes('<') ? withoutTypeArguments(written) : written
  const colons = plain.lastIndexOf('::')
  const at = colons === -1 ? plain.lastIndexOf('\\') : colons
  if (at === -1) return null
  return { qualifier: plain.slice(0, at), name: plain.slice(at + (colons === -1 ? 1 : 2)).trim() }
}

/** `a::B<T>` as `a::B`, without white space. */
export function withoutTypeArguments(written: string): string {
  let text = written.replace(/\s+/g, '')
  // From the innermost outwards; the bound keeps odd input from costing more than it is worth.
  for (let depth = 0; depth < 8 && text.includes('<'); depth++) {
    const next = text.replace(/(?:::)?<[^<>]*>/g, '')
    if (next === text) break
    text = next
  }
  return text
}

const chainOfNames = /^[$@:\\#\p{L}_][\p{L}\p{M}\p{N}_$@:.\\#>?!*&-]*$/u

/** What stands before a name, if it is a chain of names; `?` where it is not. */
export function namesOnly(written: string): string {
  return chainOfNames.test(written) || written === 'super()' ? written : '?'
}
