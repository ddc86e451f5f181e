import { columnsOf, padEnd, wrap } from './fit.ts'
import type { Paint } from './paint.ts'

/** A label with what it stands for; the value may be styled. */
export type LabelledRow = readonly [label: string, value: string]

/** Rows as two columns, the values wrapped beside their labels, or below them where it is narrow. */
export function labelledRows(
  rows: readonly LabelledRow[],
  { columns, paint }: { readonly columns: number; readonly paint: Paint },
): string[] {
  const labelColumns = Math.max(0, ...rows.map(([label]) => columnsOf(label))) + 2
  if (columns - labelColumns - 2 < 20) {
    return rows.flatMap(([label, value]) => [
      `  ${paint('quiet', label)}`,
      ...wrap(value, columns - 4).map((line) => `    ${line}`),
    ])
  }
  return rows.flatMap(([label, value]) =>
    wrap(value, columns - labelColumns - 2).map((line, at) =>
      at === 0
        ? `  ${paint('quiet', padEnd(label, labelColumns))}${line}`
        : `  ${' '.repeat(labelColumns)}${line}`,
    ),
  )
}
