import picomatch from 'picomatch'
import { InvalidOptionsError } from '../errors.ts'

/** Which paths of a repository the host asked for. */
export interface PathFilterOptions {
  /**
   * Globs of paths to index; a path that matches none is left out. picomatch's syntax on
   * `/`-separated paths; a leading dot needs no special pattern, and a folder's name alone means all
   * that is in it.
   * @default every path
   */
  readonly include?: readonly string[]
  /** Globs of paths to leave out, stronger than `include`. @default none */
  readonly exclude?: readonly string[]
}

/** Why a path is left out, in words; null where it is wanted. */
export type PathFilter = (path: string) => string | null

// picomatch takes some broken patterns for literal text; a host would rather know.
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
    throw new InvalidOptionsError(
      `${option} has a glob with an unclosed bracket: ${JSON.stringify(glob)}.`,
    )
  }
}

/**
 * Which paths a glob of this option means; a folder's name alone means all that is in it.
 * @throws InvalidOptionsError for a glob that is empty or broken.
 */
export function compileGlob(glob: string, option: string): (path: string) => boolean {
  if (typeof glob !== 'string' || glob === '' || glob.includes('\0')) {
    throw new InvalidOptionsError(`${option} must hold globs that are not empty.`)
  }
  if (glob.length > 4_096) throw new InvalidOptionsError(`${option} has a glob that is too long.`)
  checkBalance(glob, option)
  const plain = glob.replace(/^\.?\//, '').replace(/\/+$/, '')
  try {
    const options = { dot: true, strictBrackets: true }
    const itself = picomatch(plain, options)
    const inside = picomatch(`${plain}/**`, options)
    return (path) => itself(path) || inside(path)
  } catch (error) {
    throw new InvalidOptionsError(
      `${option} has a glob that cannot be read: ${JSON.stringify(glob)}.`,
      { cause: error },
    )
  }
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
