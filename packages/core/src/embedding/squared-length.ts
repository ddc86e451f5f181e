/** Sum of the squares of a vector's components; NaN if one of them is. */
export function squaredLength(vector: Float32Array): number {
  let squares = 0
  // An iterator would make an object for each of the millions of components of a run.
  for (let index = 0; index < vector.length; index++) {
    const value = vector[index] ?? 0
    squares += value * value
  }
  return squares
}
