/** How many hexadecimal digits fit into a number that is still exact. */
const digits = 13

/** One more than the greatest {@link idOrder}. */
export const idOrderEnd: number = 16 ** digits + 1

/**
 * A number that grows with an id, as Chroma compares numbers but not texts: of two ids the lesser has a
 * lesser number or the same one. Chunk ids, `v` and hexadecimal digits of a hash, are spread evenly.
 */
export function idOrder(id: string): number {
  if (id < 'v') return 0
  if (!id.startsWith('v')) return 16 ** digits
  let order = 0
  let weight = 16 ** (digits - 1)
  for (let at = 1; at <= digits; at++, weight /= 16) {
    const character = id[at]
    if (character === undefined) return order
    const digit = '0123456789abcdef'.indexOf(character)
    // What is no digit stands between two digits: as high as it gets below the next.
    if (digit === -1) return order + weight * digitsBelow(character)
    order += weight * digit
  }
  return order
}

function digitsBelow(character: string): number {
  return [...'0123456789abcdef'].filter((digit) => digit < character).length
}
