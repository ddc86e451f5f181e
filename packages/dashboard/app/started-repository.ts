import type { RepositoryRequest } from '@cairn/protocol'

/** The name that an address or a folder gives a repository. */
export function nameOfSource(source: string): string {
  const parts = source
    .trim()
    .split(/[/\\:]/)
    .filter((part) => part !== '')
  return (parts.at(-1) ?? '').replace(/\.git$/, '')
}

/**
 * The repositories of a text, one on a line: an address, or a name and an address.
 *
 * @throws Error that says which line is at fault
 */
export function repositoriesOf(text: string): RepositoryRequest[] {
  const found = new Map<string, RepositoryRequest>()
  for (const [index, line] of text.split('\n').entries()) {
    const words = line.trim().split(/\s+/)
    if (words[0] === '') continue
    const [name = '', url = ''] = words.length > 1 ? words : [nameOfSource(line), words[0]]
    if (words.length > 2 || name === '') {
      throw new Error(`Line ${index + 1} is neither an address nor a name and an address.`)
    }
    if (found.has(name)) {
      throw new Error(`Line ${index + 1}: ${name} is there twice. Put another name before it.`)
    }
    found.set(name, { name, url })
  }
  if (found.size === 0) throw new Error('There is no address.')
  return [...found.values()]
}
