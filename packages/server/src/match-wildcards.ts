/**
 * Whether a name is what a pattern says: `*` stands for any characters, `?` for one. It goes back to the
 * last `*` only, so a hostile pattern costs no more than the product of the two lengths.
 */
export function matchesWildcards(name: string, pattern: string): boolean {
  let at = 0
  let patternAt = 0
  let starAt = -1
  let resumeAt = 0
  while (at < name.length) {
    const wanted = pattern[patternAt]
    if (wanted === '*') {
      starAt = patternAt
      resumeAt = at
      patternAt += 1
    } else if (wanted === '?' || wanted === name[at]) {
      at += 1
      patternAt += 1
    } else if (starAt !== -1) {
      resumeAt += 1
      at = resumeAt
      patternAt = starAt + 1
    } else {
      return false
    }
  }
  while (pattern[patternAt] === '*') patternAt += 1
  return patternAt === pattern.length
}
