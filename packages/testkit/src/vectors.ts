import assert from 'node:assert/strict'

/** How far a component may be from the one that was written: float32, perhaps sent as decimal text. */
const componentTolerance = 1e-6

/** `values` scaled to unit length. */
export function unit(...values: readonly number[]): Float32Array {
  const length = Math.hypot(...values)
  return Float32Array.from(values, (value) => value / length)
}

/** A vector that looks random and is the same for the same seed. */
export function seededVector(dimensions: number, seed: number): Float32Array {
  return unit(
    ...Array.from({ length: dimensions }, (_, index) =>
      Math.sin(seed * 12.9898 + index * 78.233 + 1),
    ),
  )
}

/** Cosine distance of two vectors, computed in double precision. */
export function cosineDistance(left: Float32Array, right: Float32Array): number {
  let product = 0
  let leftSquares = 0
  let rightSquares = 0
  for (const [index, value] of left.entries()) {
    const other = right[index] ?? Number.NaN
    product += value * other
    leftSquares += value * value
    rightSquares += other * other
  }
  return 1 - product / Math.sqrt(leftSquares * rightSquares)
}

/** Holds that a vector that was read is the one that was written. */
export function sameVector(actual: Float32Array | null | undefined, expected: Float32Array): void {
  assert.ok(actual instanceof Float32Array, `got ${String(actual)} where a Float32Array should be`)
  assert.equal(actual.length, expected.length, 'length of the vector')
  for (const [index, value] of expected.entries()) {
    const difference = Math.abs((actual[index] ?? Number.NaN) - value)
    assert.ok(
      difference <= componentTolerance,
      `component ${index}: ${actual[index]}, wrote ${value}`,
    )
  }
}
