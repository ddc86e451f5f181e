/**
 * The numbers as a vector of unit length (L2), or null where one of them is no finite number or all
 * are zero, so that the vector has no direction.
 */
export function unitVector(numbers: readonly unknown[]): Float32Array | null {
  let largest = 0
  for (const number of numbers) {
    if (typeof number !== 'number' || !Number.isFinite(number)) return null
    largest = Math.max(largest, Math.abs(number))
  }
  if (largest === 0) return null
  // Scaled first: the squares of very large or very small numbers are not numbers any more.
  const scaled = Float64Array.from(numbers as readonly number[], (number) => number / largest)
  const length = Math.sqrt(scaled.reduce((sum, value) => sum + value * value, 0))
  return Float32Array.from(scaled, (value) => value / length)
}
