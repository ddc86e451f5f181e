import { expect, test } from 'vitest'
import type { Pooling } from './options.ts'
import { poolStates } from './pool-states.ts'

// The second text of a batch, of two tokens and one of padding.
const states = Float32Array.of(9, 9, 9, 9, 9, 9, 3, 0, 0, 4, 9, 9)
const text = { states, start: 6, tokens: 2, width: 2 }

test.each<[Pooling, [number, number]]>([
  ['mean', [0.6, 0.8]],
  ['cls', [1, 0]],
  ['last', [0, 1]],
])('pools by %s, without the padding, to unit length', (pooling, expected) => {
  const vector = new Float32Array(3)
  expect(poolStates(text, pooling, vector, 1)).toBe(true)
  expect(vector[1]).toBeCloseTo(expected[0], 6)
  expect(vector[2]).toBeCloseTo(expected[1], 6)
  expect(vector[0]).toBe(0)
})

test.each([
  ['no number', Number.NaN],
  ['infinite', Number.POSITIVE_INFINITY],
  ['zero', 0],
])('finds no direction in states that are %s', (_, value) => {
  const bad = { states: new Float32Array(2).fill(value), start: 0, tokens: 1, width: 2 }
  expect(poolStates(bad, 'mean', new Float32Array(2), 0)).toBe(false)
})
