/**
 * The rules of `.gitignore` files, for folders that git itself does not look after.
 *
 * The packages for this turn each rule into a regular expression, and a rule such as `*a*a*a*a*a*b`
 * then takes for ever on a name of many `a`. Such a file may come with any download, so a rule here is
 * a small automaton that takes one pass over the path, whatever the rule.
 * @see https://git-scm.com/docs/gitignore and git's `wildmatch.c`, which works on bytes too
 */

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

type Step =
  /** One character that passes the test. */
  | { readonly kind: 'one'; readonly test: (character: number) => boolean }
  /** Any number of characters, without or with slashes. */
  | { readonly kind: 'many'; readonly crossesSlash: boolean }
  /** Takes no character: either the next two steps (folders and a slash) follow, or neither. */
  | { readonly kind: 'fork' }

const slash = 0x2f

function exactly(wanted: number): Step {
  return { kind: 'one', test: (character) => character === wanted }
}

const posixClasses: Readonly<Record<string, RegExp>> = {
  alnum: /[0-9A-Za-z]/,
  alpha: /[A-Za-z]/,
  blank: /[ \t]/,
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the class is that of control characters
  cntrl: /[\u0000-\u001f\u007f]/,
  digit: /[0-9]/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[ \t\n\v\f\r]/,
  upper: /[A-Z]/,
  xdigit: /[0-9A-Fa-f]/,
}

/** Reads the bracket that begins at `start`; null where it is broken, which matches nothing. */
function readClass(pattern: string, start: number): { step: Step; end: number } | null {
  let index = start + 1
  const isNegated = pattern[index] === '!' || pattern[index] === '^'
  if (isNegated) index++
  const tests: Array<(character: number) => boolean> = []
  let previous: number | null = null
  for (let isFirst = true; isFirst || pattern[index] !== ']'; isFirst = false) {
    if (index >= pattern.length) return null
    const named = /^\[:([a-z]*):\]/.exec(pattern.slice(index, index + 12))
    if (named !== null) {
      const expression = posixClasses[named[1] ?? '']
      if (expression === undefined) return null
      tests.push((character) => expression.test(String.fromCharCode(character)))
      index += named[0].length
      previous = null
      continue
    }
    if (
      pattern[index] === '-' &&
      previous !== null &&
      index + 1 < pattern.length &&
      pattern[index + 1] !== ']'
    ) {
      index++
      if (pattern[index] === '\\') index++
      if (index >= pattern.length) return null
      const low = previous
      const high = pattern.charCodeAt(index++)
      tests.push((character) => character >= low && character <= high)
      previous = null
      continue
    }
    if (pattern[index] === '\\') index++
    if (index >= pattern.length) return null
    const wanted = pattern.charCodeAt(index++)
    tests.push((character) => character === wanted)
    previous = wanted
  }
  const test = (character: number): boolean =>
    character !== slash && tests.some((one) => one(character)) !== isNegated
  return { step: { kind: 'one', test }, end: index + 1 }
}

/** The automaton of a pattern; null for a broken one, which matches nothing. */
function readSteps(pattern: string): Step[] | null {
  const steps: Step[] = []
  let index = 0
  while (index < pattern.length) {
    const character = pattern[index]
    if (character === '*') {
      const start = index
      while (pattern[index] === '*') index++
      const opensSegment = start === 0 || pattern[start - 1] === '/'
      const rest = pattern.slice(index, index + 2)
      const closesSegment = rest === '' || rest.startsWith('/') || rest === '\\/'
      const isDeep = index - start > 1 && opensSegment && closesSegment
      if (isDeep && pattern[index] === '/') steps.push({ kind: 'fork' })
      steps.push({ kind: 'many', crossesSlash: isDeep })
    } else if (character === '?') {
      steps.push({ kind: 'one', test: (code) => code !== slash })
      index++
    } else if (character === '[') {
      const read = readClass(pattern, index)
      if (read === null) return null
      steps.push(read.step)
      index = read.end
    } else {
      if (character === '\\') index++
      if (index >= pattern.length) return null
      steps.push(exactly(pattern.charCodeAt(index++)))
    }
  }
  return steps
}

/** Whether the steps match all of `text`: all states the automaton can be in, one character at a time. */
function runSteps(steps: readonly Step[], text: string): boolean {
  const end = steps.length
  let states = new Uint8Array(end + 1)
  const enter = (set: Uint8Array, from: number): void => {
    for (let state = from; set[state] === 0; state++) {
      set[state] = 1
      const step = steps[state]
      if (step === undefined || step.kind === 'one') return
      if (step.kind === 'fork') enter(set, state + 3)
    }
  }
  enter(states, 0)
  for (let index = 0; index < text.length; index++) {
    const character = text.charCodeAt(index)
    const next = new Uint8Array(end + 1)
    let isAlive = false
    for (let state = 0; state < end; state++) {
      if (states[state] === 0) continue
      const step = steps[state]
      if (step === undefined) continue
      if (step.kind === 'one') {
        if (!step.test(character)) continue
        enter(next, state + 1)
      } else if (step.kind === 'many') {
        if (!step.crossesSlash && character === slash) continue
        enter(next, state)
      } else continue
      isAlive = true
    }
    if (!isAlive) return false
    states = next
  }
  return states[end] === 1
}

function compile(pattern: string): (text: string) => boolean {
  if (!/[*?[\\]/.test(pattern)) return (text) => text === pattern
  if (/^\*[^*?[\\/]*$/.test(pattern)) {
    const ending = pattern.slice(1)
    return (text) =>
      text.endsWith(ending) && !text.slice(0, -ending.length || undefined).includes('/')
  }
  const steps = readSteps(pattern)
  return steps === null ? () => false : (text) => runSteps(steps, text)
}

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
  return { isNegated, isFolderOnly, isPath, matches: compile(pattern) }
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
