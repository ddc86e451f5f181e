import fc from 'fast-check'
import { expect, test } from 'vitest'
import { unitVector } from './unit-vector.ts'

const number = fc.double({ noNaN: true, noDefaultInfinity: true })
const numbers = fc.array(number, { minLength: 1, maxLength: 50 })

test('numbers of any size become a vector of unit length in their direction', () => {
  fc.assert(
    fc.property(numbers, (values) => {
      const vector = unitVector(values)
      if (values.every((value) => value === 0)) expect(vector).toBeNull()
      else {
        expect(Math.hypot(...(vector ?? []))).toBeCloseTo(1, 5)
        for (const [index, value] of values.entries()) {
          expect((vector?.[index] ?? Number.NaN) * Math.sign(value)).toBeGreaterThanOrEqual(0)
        }
      }
    }),
  )
})

test.each([
  ['NaN', [1, Number.NaN]],
  ['infinity', [1, Number.POSITIVE_INFINITY]],
  ['null', [1, null]],
  ['text', [1, '1']],
  ['zeros', [0, 0]],
  ['no numbers', []],
])('%s is no vector', (_, values) => {
  expect(unitVector(values)).toBeNull()
})
