import { printable } from './printable.ts'

/** A word as it can be pasted into a POSIX shell, without anything a terminal would act on. */
export function shellWord(word: string): string {
  const shown = printable(word)
  if (/^[\w@%+=:,./-]+$/.test(shown) && !shown.startsWith('-')) return shown
  return `'${shown.replaceAll("'", `'\\''`)}'`
}
