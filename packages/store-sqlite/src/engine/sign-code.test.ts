import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRotation } from './rotation.ts'
import { createSignCoder, estimateDots } from './sign-code.ts'

function vectorOf(numbers: readonly number[]): Float32Array {
  const length = Math.hypot(...numbers) || 1
  return Float32Array.from(numbers, (number) => number / length)
}

function dot(left: Float32Array, right: Float32Array): number {
  return left.reduce((sum, value, index) => sum + value * (right[index] ?? 0), 0)
}

const numbers = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), {
  minLength: 48,
  maxLength: 48,
})

describe('the rotation', () => {
  test('keeps lengths and angles', () => {
    const { size, rotate } = createRotation(48)
    fc.assert(
      fc.property(numbers, numbers, (left, right) => {
        const [a, b] = [vectorOf(left), vectorOf(right)]
        const [rotatedA, rotatedB] = [new Float32Array(size), new Float32Array(size)]
        rotate(a, rotatedA)
        rotate(b, rotatedB)
        expect(dot(rotatedA, rotatedB)).toBeCloseTo(dot(a, b), 5)
      }),
    )
  })

  test('is the one that stored codes were made with', () => {
    const coder = createSignCoder(40)
    const codes = new Uint8Array(coder.codeBytes)
    const vector = Float32Array.from({ length: 40 }, (_, index) => Math.sin(index + 1))
    coder.encode(vector, codes, 0)
    // A change here makes every stored code wrong: it needs a migration.
    expect([...codes]).toEqual([166, 50, 46, 63, 143, 58, 207, 223])
  })
})

describe('the estimate', () => {
  test('of a vector with itself is exact', () => {
    const coder = createSignCoder(48)
    fc.assert(
      fc.property(numbers, (some) => {
        fc.pre(some.some((number) => Math.abs(number) > 1e-3))
        const vector = vectorOf(some)
        const codes = new Uint8Array(coder.codeBytes)
        const factor = coder.encode(vector, codes, 0)
        const into = new Float32Array(1)
        estimateDots(coder.prepare(vector), codes, Float32Array.of(factor), into)
        expect(into[0]).toBeCloseTo(1, 4)
      }),
    )
  })

  test('of each slot is of the code that stands there', () => {
    const coder = createSignCoder(8)
    const vectors = [vectorOf([1, 2, 3, 4, 5, 6, 7, 8]), vectorOf([8, -7, 6, -5, 4, -3, 2, -1])]
    const codes = new Uint8Array(coder.codeBytes * 3)
    const factors = new Float32Array(3)
    for (const [slot, vector] of vectors.entries()) {
      factors[slot] = coder.encode(vector, codes, slot * coder.codeBytes)
    }
    const into = new Float32Array(3)
    for (const [slot, vector] of vectors.entries()) {
      estimateDots(coder.prepare(vector), codes, factors, into)
      expect(into[slot]).toBeCloseTo(1, 5)
      expect(into[1 - slot]).toBeLessThan(0.9)
      expect(into[2]).toBeCloseTo(0, 9)
    }
  })
})
