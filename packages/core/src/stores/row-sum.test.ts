import { describe, expect, it } from 'vitest'
import { createRowSum, type RowSum } from './row-sum.ts'

type Row = readonly [id: string, ...numbers: number[]]

const rows: readonly Row[] = Array.from({ length: 400 }, (_, index) => [`v${index}`, index % 7, 1])

function sumOf(added: readonly Row[]): RowSum {
  const sum = createRowSum()
  for (const row of added) sum.add(...row)
  return sum
}

describe('createRowSum', () => {
  it('is the same in any order', () => {
    expect(sumOf(rows.toReversed()).equals(sumOf(rows))).toBe(true)
  })

  it.each<[string, (row: Row) => readonly Row[]]>([
    ['without a row', () => []],
    ['with a row twice', (row) => [row, row]],
    ['with another id', ([id, ...numbers]) => [[`${id}x`, ...numbers]]],
    ['with one more', ([id, first = 0, ...others]) => [[id, first + 1, ...others]]],
    ['with none for one', ([id, first = 0]) => [[id, first, 0]]],
    ['with numbers that changed places', ([id, first = 0, second = 0]) => [[id, second, first]]],
  ])('is another one %s', (_, change) => {
    const whole = sumOf(rows)
    // The same change of any row: none of them may go unseen.
    for (const at of rows.keys()) {
      const row = rows[at] as Row
      if (row[1] === row[2]) continue
      const changed = sumOf([...rows.slice(0, at), ...change(row), ...rows.slice(at + 1)])
      if (changed.equals(whole)) expect.fail(`row ${at} was changed unseen`)
    }
  })
})
