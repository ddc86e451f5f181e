/** A bar of exactly `columns` in two parts; `fraction` is 0–1 and the bar is full only at 1. */
export function bar(
  fraction: number,
  columns: number,
  isUnicode: boolean,
): { readonly filled: string; readonly empty: string } {
  const bounded = Math.min(1, Math.max(0, fraction))
  if (!isUnicode) {
    const cells = Math.floor(bounded * columns)
    return { filled: '#'.repeat(cells), empty: '-'.repeat(columns - cells) }
  }
  const halves = Math.floor(bounded * columns * 2)
  const filled = '━'.repeat(Math.floor(halves / 2)) + (halves % 2 === 1 ? '╸' : '')
  return { filled, empty: '─'.repeat(columns - filled.length) }
}
