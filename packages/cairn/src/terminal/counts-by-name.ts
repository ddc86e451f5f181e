import { count } from './amounts.ts'
import { printable } from './printable.ts'

/** `python 160, markdown 21, …`: the most frequent names with their counts. */
export function countsByName(counts: Readonly<Record<string, number>>, most: number): string {
  const sorted = Object.entries(counts)
    .filter(([, value]) => value > 0)
    .sort(([a, x], [b, y]) => y - x || a.localeCompare(b))
  const shown = sorted.slice(0, most).map(([name, value]) => `${printable(name)} ${count(value)}`)
  const left = sorted.length - shown.length
  if (left > 0) shown.push(`${count(left)} more`)
  return shown.join(', ')
}
