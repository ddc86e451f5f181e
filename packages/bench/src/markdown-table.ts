/** Rows of the same columns as a Markdown table; empty for no rows. */
export function markdownTable(rows: readonly Readonly<Record<string, string>>[]): string {
  const [first] = rows
  if (!first) return ''
  const columns = Object.keys(first)
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [
    line(columns),
    line(columns.map((_, index) => (index === 0 ? '---' : '---:'))),
    ...rows.map((row) => line(columns.map((column) => row[column] ?? ''))),
  ].join('\n')
}
