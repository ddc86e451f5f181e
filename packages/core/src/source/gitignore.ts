/**
 * The rules of `.gitignore` files, for folders that git itself does not look after.
 * @see https://git-scm.com/docs/gitignore
 */
import { compileWildcards } from './wildcards.ts'

/** One line of a `.gitignore`. */
interface IgnoreRule {
  readonly isNegated: boolean
  readonly isFolderOnly: boolean
  /** Whether it is matched against the path below its `.gitignore`, or against the name alone. */
  readonly isPath: boolean
  readonly matches: (text: string) => boolean
}

/** The rules that hold in a folder: those of its own `.gitignore`, then those of the ones above. */
export interface IgnoreRules {
  readonly outer: IgnoreRules | null
  /** Length of the path of the `.gitignore`'s folder, with its closing slash. */
  readonly prefixLength: number
  readonly rules: readonly IgnoreRule[]
  /** Length of all rules that hold here together. */
  readonly characters: number
}

// Beyond this, further rules of a folder are not read: it bounds the work for one path.
const maxCharacters = 100_000

// git works on bytes: one `?` is half of an umlaut.
function bytesOf(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what it asks for
  return /^[\u0000-\u007f]*$/.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1')
}

function withoutTrailingSpaces(line: string): string {
  let end = line.length
  while (end > 0 && line[end - 1] === ' ') end--
  let backslashes = 0
  while (line[end - 1 - backslashes] === '\\') backslashes++
  // A backslash keeps the space after it.
  return line.slice(0, backslashes % 2 === 1 ? end + 1 : end)
}

function readRule(line: string): IgnoreRule | null {
  let pattern = withoutTrailingSpaces(line)
  if (pattern === '' || pattern.startsWith('#')) return null
  const isNegated = pattern.startsWith('!')
  if (isNegated) pattern = pattern.slice(1)
  const isFolderOnly = pattern.endsWith('/')
  if (isFolderOnly) pattern = pattern.slice(0, -1)
  if (pattern === '') return null
  const isPath = pattern.includes('/')
  if (pattern.startsWith('/')) pattern = pattern.slice(1)
  return { isNegated, isFolderOnly, isPath, matches: compileWildcards(pattern) }
}

/** The rules of a `.gitignore` in the folder whose path, with its closing slash, has `prefixLength`. */
export function readIgnoreRules(
  content: Uint8Array,
  prefixLength: number,
  outer: IgnoreRules | null,
): IgnoreRules {
  const rules: IgnoreRule[] = []
  let characters = outer?.characters ?? 0
  const text = Buffer.from(content)
    .toString('latin1')
    .replace(/^\u00ef\u00bb\u00bf/, '')
  for (const line of text.split(/\r?\n/)) {
    characters += line.length
    if (characters > maxCharacters) break
    const rule = readRule(line)
    if (rule !== null) rules.push(rule)
  }
  return { outer, prefixLength, rules, characters: Math.min(characters, maxCharacters) }
}

/** Whether the rules leave a path out. The folders above it must have been asked before. */
export function isIgnored(path: string, isFolder: boolean, rules: IgnoreRules | null): boolean {
  if (rules === null) return false
  const name = bytesOf(path.slice(path.lastIndexOf('/') + 1))
  // The file nearest to the path decides, and in it the last rule that matches.
  for (let level: IgnoreRules | null = rules; level !== null; level = level.outer) {
    const below = bytesOf(path.slice(level.prefixLength))
    for (let index = level.rules.length - 1; index >= 0; index--) {
      const rule = level.rules[index]
      if (rule === undefined || (rule.isFolderOnly && !isFolder)) continue
      if (rule.matches(rule.isPath ? below : name)) return !rule.isNegated
    }
  }
  return false
}
