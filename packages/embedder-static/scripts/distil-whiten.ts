/**
 * The rows (each `width` long) projected on their first `kept` principal components, each of which
 * then has variance 1. Whitening takes away the few directions that all tokens share (Mu and
 * Viswanath, All-but-the-Top, 2018). Only operations that IEEE 754 rounds exactly, in one order.
 */
export function whiten(rows: readonly Float32Array[], width: number, kept: number): Float32Array[] {
  const mean = meanOf(rows, width)
  const { values, vectors } = symmetricEigen(covarianceOf(rows, mean, width), width)
  const order = Array.from(values.keys()).sort((a, b) => (values[b] ?? 0) - (values[a] ?? 0))
  const axes = order.slice(0, kept).map((index) => {
    const axis = vectors.slice(index * width, (index + 1) * width)
    const deviation = Math.sqrt(values[index] ?? 0)
    const factor = signOf(axis) / deviation
    return axis.map((value) => value * factor)
  })
  return rows.map((row) =>
    Float32Array.from(axes, (axis) => {
      let sum = 0
      for (let column = 0; column < width; column++) {
        sum += ((row[column] ?? 0) - (mean[column] ?? 0)) * (axis[column] ?? 0)
      }
      return sum
    }),
  )
}

// An axis has no sign of its own: its largest entry is made positive.
function signOf(axis: Float64Array): number {
  let largest = 0
  for (const value of axis) if (Math.abs(value) > Math.abs(largest)) largest = value
  return largest < 0 ? -1 : 1
}

function meanOf(rows: readonly Float32Array[], width: number): Float64Array {
  const mean = new Float64Array(width)
  for (const row of rows) {
    row.forEach((value, column) => {
      add(mean, column, value)
    })
  }
  return mean.map((value) => value / rows.length)
}

function covarianceOf(
  rows: readonly Float32Array[],
  mean: Float64Array,
  width: number,
): Float64Array {
  const matrix = new Float64Array(width * width)
  const centred = new Float64Array(width)
  for (const row of rows) {
    for (let column = 0; column < width; column++) {
      centred[column] = (row[column] ?? 0) - (mean[column] ?? 0)
    }
    for (let p = 0; p < width; p++) {
      const factor = centred[p] ?? 0
      for (let q = p; q < width; q++) add(matrix, p * width + q, factor * (centred[q] ?? 0))
    }
  }
  for (let p = 0; p < width; p++) {
    for (let q = p; q < width; q++) {
      const value = (matrix[p * width + q] ?? 0) / rows.length
      matrix[p * width + q] = value
      matrix[q * width + p] = value
    }
  }
  return matrix
}

function add(array: Float64Array, index: number, value: number): void {
  array[index] = (array[index] ?? 0) + value
}

/**
 * Eigenvalues, and eigenvectors as the rows of a matrix, of the symmetric `matrix`, which is
 * destroyed: the cyclic Jacobi method (Golub and Van Loan, Matrix Computations, section 8.5).
 */
function symmetricEigen(
  matrix: Float64Array,
  width: number,
): { values: Float64Array; vectors: Float64Array } {
  const vectors = new Float64Array(width * width)
  for (let index = 0; index < width; index++) vectors[index * width + index] = 1
  for (let sweep = 0; sweep < 12; sweep++) {
    for (let p = 0; p < width; p++) {
      for (let q = p + 1; q < width; q++) {
        const entry = matrix[p * width + q] ?? 0
        if (entry === 0) continue
        const half = ((matrix[q * width + q] ?? 0) - (matrix[p * width + p] ?? 0)) / (2 * entry)
        const tangent = (half >= 0 ? 1 : -1) / (Math.abs(half) + Math.sqrt(half * half + 1))
        const cosine = 1 / Math.sqrt(tangent * tangent + 1)
        const sine = tangent * cosine
        rotate(matrix, p * width, q * width, 1, width, cosine, sine)
        rotate(matrix, p, q, width, width, cosine, sine)
        rotate(vectors, p * width, q * width, 1, width, cosine, sine)
      }
    }
  }
  const values = Float64Array.from(
    { length: width },
    (_, index) => matrix[index * (width + 1)] ?? 0,
  )
  return { values, vectors }
}

function rotate(
  array: Float64Array,
  first: number,
  second: number,
  step: number,
  count: number,
  cosine: number,
  sine: number,
): void {
  for (let index = 0; index < count; index++) {
    const p = first + index * step
    const q = second + index * step
    const a = array[p] ?? 0
    const b = array[q] ?? 0
    array[p] = cosine * a - sine * b
    array[q] = sine * a + cosine * b
  }
}
