/**
 * Patterns of paths, as git's ignore rules and cairn's globs have them.
 *
 * The packages for this turn each pattern into a regular expression, and one such as `*a*a*a*a*a*b` then
 * takes for ever on a name of many `a`. Patterns come with any download and from any reader of a server, so
 * here one is a small automaton that takes one pass over the path, whatever it is.
 * @see git's `wildmatch.c`
 */

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
      if (isDeep && pattern[index] === '/') {
        // `**/**/` means no more than `**/`.
        while (pattern.startsWith('/**/', index)) index += 3
        steps.push({ kind: 'fork' })
      }
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
  /** At which character a state was entered last, so that none is entered twice. */
  const enteredAt = new Int32Array(end + 1).fill(-1)
  let states: number[] = []
  const enter = (from: number, index: number, into: number[]): void => {
    for (const waiting = [from]; waiting.length > 0; ) {
      let state = waiting.pop() ?? end
      while (enteredAt[state] !== index) {
        enteredAt[state] = index
        into.push(state)
        const step = steps[state]
        if (step === undefined || step.kind === 'one') break
        if (step.kind === 'fork') waiting.push(state + 3)
        state++
      }
    }
  }
  enter(0, 0, states)
  for (let index = 0; index < text.length && states.length > 0; index++) {
    const character = text.charCodeAt(index)
    const next: number[] = []
    for (const state of states) {
      const step = steps[state]
      if (step === undefined || step.kind === 'fork') continue
      if (step.kind === 'one') {
        if (step.test(character)) enter(state + 1, index + 1, next)
      } else if (step.crossesSlash || character !== slash) enter(state, index + 1, next)
    }
    states = next
  }
  return states.includes(end)
}

/**
 * What a pattern matches, all of a text: `*` and `?` without slashes, folders as `**`, sets in brackets, a
 * backslash for a character as it is. A broken pattern matches nothing.
 */
export function compileWildcards(pattern: string): (text: string) => boolean {
  if (!/[*?[\\]/.test(pattern)) return (text) => text === pattern
  if (/^\*[^*?[\\/]*$/.test(pattern)) {
    const ending = pattern.slice(1)
    return (text) =>
      text.endsWith(ending) && !text.slice(0, -ending.length || undefined).includes('/')
  }
  const steps = readSteps(pattern)
  return steps === null ? () => false : (text) => runSteps(steps, text)
}
