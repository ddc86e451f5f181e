import { expect, it } from 'vitest'
import { summarize } from './summary.ts'

it.each([
  [['/** Sends it. Never fails. */'], 'Sends it.'],
  [
    ['/**\n * Sends the message\n * to all. Really.\n *\n * @param a - what\n */'],
    'Sends the message to all.',
  ],
  [['// one', '// two'], 'one two'],
  [['/// <summary>Sends it.</summary>'], 'Sends it.'],
  [['# Ruby and Python'], 'Ruby and Python'],
  [['"""Returns v1.2 of x.\n\nMore.\n"""'], 'Returns v1.2 of x.'],
  [["r'''Raw.'''"], 'Raw.'],
  [['/** @param a - what */'], null],
  [['//'], null],
  [[], null],
])('of %j is %j', (comments, summary) => {
  expect(summarize(comments)).toBe(summary)
})

it('is bounded', () => {
  expect(summarize([`# ${'word '.repeat(10_000)}`])?.length).toBeLessThanOrEqual(300)
})
