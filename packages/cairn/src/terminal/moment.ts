/** A time in the reader's own time zone: `2026-03-01 12:00:04`. */
export function moment(time: Date): string {
  // Sweden writes dates as ISO 8601 does, which every reader can sort.
  return time.toLocaleString('sv-SE')
}
