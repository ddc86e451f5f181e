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

  it('is another one where one row has one more and another one less', () => {
    const [one, other] = ['e8f63f14f6830fbadd4b49863c9c1d0e1', 'e508b4e31efd57344c28fdf5962c06426']
    const pair = (first: number, second: number): RowSum =>
      sumOf([
        [one, 0, first],
        [other, 0, second],
      ])
    expect(pair(3, 4).equals(pair(4, 3))).toBe(false)
    // And for any owners: of so many pairs none may go unseen.
    for (let index = 0; index < 20_000; index++) {
      const [a, b] = [`e${index}`, `e${index + 1}a`]
      const before = sumOf([
        [a, 0, 8],
        [b, 0, 9],
      ])
      const after = sumOf([
        [a, 0, 9],
        [b, 0, 8],
      ])
      if (before.equals(after)) expect.fail(`${a} and ${b} were changed unseen`)
    }
  })
})
