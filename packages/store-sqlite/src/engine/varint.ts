/** Integers as SQLite writes them: 7 bits a byte, the most significant first. Those of 2^53 and more are not met. */
export function readVarints(bytes: Uint8Array): number[] {
  const values: number[] = []
  let value = 0
  for (const byte of bytes) {
    value = value * 128 + (byte & 0x7f)
    if (byte >= 0x80) continue
    values.push(value)
    value = 0
  }
  return values
}

/** The bytes of one integer. */
export function writeVarint(value: number): number[] {
  const bytes = [value % 128]
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    bytes.unshift(0x80 + (rest % 128))
  }
  return bytes
}
