import { expand } from 'brace-expansion'
import { InvalidOptionsError } from '../errors.ts'
import { compileWildcards } from './wildcards.ts'

/** Which paths of a repository the host asked for. */
export interface PathFilterOptions {
  /**
   * Globs of paths to index; a path that matches none is left out. `*` and `?` within a name, `**` for
   * folders, `[a-z]`, `{a,b}`; a leading dot needs no special pattern, and a folder's name alone means
   * all that is in it.
   * @default every path
   */
  readonly include?: readonly string[]
  /** Globs of paths to leave out, stronger than `include`. @default none */
  readonly exclude?: readonly string[]
}

/** Why a path is left out, in words; null where it is wanted. */
export type PathFilter = (path: string) => string | null

// They would match nothing, or be taken for literal text; a host would rather know.
function checkBalance(glob: string, option: string): void {
  let depth = 0
  let inClass = false
  for (let index = 0; index < glob.length; index++) {
    const character = glob[index]
    if (character === '\\') index++
    else if (inClass) inClass = character !== ']'
    else if (character === '[') inClass = true
    else if (character === '{') depth++
    else if (character === '}') depth--
  }
  if (inClass || depth !== 0) {
    throw refuse(option, `has a glob with an unclosed bracket: ${JSON.stringify(glob)}.`)
  }
}

// A glob is asked of every path, and what it can cost each is bounded by these.
const maxCharacters = 4_096
const maxStars = 512

/**
 * The alternatives that the braces of a glob stand for.
 * @throws InvalidOptionsError where there are too many.
 */
function alternatives(glob: string, option: string): string[] {
  const max = 1_000
  const all = glob.includes('{') ? expand(glob, { max, maxLength: 2 * maxCharacters }) : [glob]
  const characters = all.reduce((sum, one) => sum + one.length, 0)
  const stars = all.reduce((sum, one) => sum + one.split('*').length - 1, 0)
  if (all.length >= max || characters > maxCharacters || stars > maxStars) {
    throw refuse(option, 'has a glob that is too long.')
  }
  return all
}

/**
 * Which paths a glob of this option means; a folder's name alone means all that is in it.
 * @throws InvalidOptionsError for a glob that is empty, broken or too long.
 */
export function compileGlob(glob: string, option: string): (path: string) => boolean {
  if (typeof glob !== 'string' || glob === '' || glob.includes('\0')) {
    throw refuse(option, 'must hold globs that are not empty.')
  }
  if (glob.length > maxCharacters) {
    throw refuse(option, 'has a glob that is too long.')
  }
  checkBalance(glob, option)
  const without = unsupported(glob)
  if (without !== null) {
    throw refuse(option, `has a glob with ${without}: ${JSON.stringify(glob)}.`)
  }
  const plain = glob.replace(/^\.?\//, '').replace(/\/+$/, '')
  if (plain === '' || plain === '.') return () => true
  const matchers = alternatives(plain, option).flatMap((one) => [
    compileWildcards(one),
    compileWildcards(`${one}/**`),
  ])
  return (path) => matchers.some((matches) => matches(path))
}

function refuse(option: string, why: string): InvalidOptionsError {
  return new InvalidOptionsError(`${option} ${why}`, { option })
}

// Both mean something else in other tools; here they would be taken for part of a name.
function unsupported(glob: string): string | null {
  if (glob.startsWith('!'))
    return 'a leading "!", which is what exclude is for (write "\\!" for a name)'
  if (/(?<!\\)[@?*+!]\(/.test(glob)) return 'an extended pattern like "+(a|b)"; use "{a,b}"'
  return null
}

function compile(
  globs: readonly string[],
  option: string,
): Array<[glob: string, matches: (path: string) => boolean]> {
  return globs.map((glob) => [glob, compileGlob(glob, option)])
}

/**
 * Compiles include and exclude globs.
 * @throws InvalidOptionsError for a glob that is empty or broken.
 */
export function pathFilter(options: PathFilterOptions): PathFilter {
  const include = compile(options.include ?? [], 'include')
  const exclude = compile(options.exclude ?? [], 'exclude')
  return (path) => {
    for (const [glob, matches] of exclude) {
      if (matches(path)) return `excluded by "${glob}"`
    }
    if (include.length === 0 || include.some(([, matches]) => matches(path))) return null
    return 'matches no include pattern'
  }
}
