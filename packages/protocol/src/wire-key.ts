/** The wire's name of a field: `lowSeconds` → `low_seconds`, `p50Duration` → `p50_duration`. */
export function wireKey(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
