import { printable } from './printable.ts'

/** ` at main (1a2b3c4d5e)`: the state of a repository that was indexed; empty where it has no commit. */
export function commitInWords(state: {
  readonly ref: string | null
  readonly commit: string | null
}): string {
  if (state.commit === null) return ''
  const short = printable(state.commit.slice(0, 10))
  return state.ref === null || state.ref === state.commit
    ? ` at ${short}`
    : ` at ${printable(state.ref)} (${short})`
}
