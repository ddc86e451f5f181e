import type { Pooling } from './options.ts'

/** The states of one text in the output of a model: `tokens` rows of `width`, from `start`. */
export interface TextStates {
  readonly states: Float32Array
  readonly start: number
  readonly tokens: number
  readonly width: number
}

/**
 * One vector of unit length out of the states of a text's tokens, into `target` at `offset`. False
 * where the states are no direction: zero, or not numbers.
 */
export function poolStates(
  { states, start, tokens, width }: TextStates,
  pooling: Pooling,
  target: Float32Array,
  offset: number,
): boolean {
  const [first, end] = rowsOf(pooling, tokens)
  let squares = 0
  const sums = new Float64Array(width)
  for (let row = first; row < end; row++) {
    const at = start + row * width
    for (let column = 0; column < width; column++) {
      sums[column] = (sums[column] ?? 0) + (states[at + column] ?? Number.NaN)
    }
  }
  for (const sum of sums) squares += sum * sum
  const norm = Math.sqrt(squares)
  if (!(norm > 0 && Number.isFinite(norm))) return false
  for (let column = 0; column < width; column++) {
    target[offset + column] = (sums[column] ?? 0) / norm
  }
  return true
}

function rowsOf(pooling: Pooling, tokens: number): [first: number, end: number] {
  switch (pooling) {
    case 'mean':
      return [0, tokens]
    case 'cls':
      return [0, 1]
    case 'last':
      return [tokens - 1, tokens]
  }
}
