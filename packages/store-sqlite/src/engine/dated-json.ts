/** JSON that keeps `Date`s: each as `{"$date": milliseconds}`. */
export function toDatedJson(value: unknown): string {
  return JSON.stringify(
    value,
    function (this: Record<string, unknown>, key: string, item: unknown) {
      const original = this[key]
      return original instanceof Date ? { $date: original.getTime() } : item
    },
  )
}

/** What {@link toDatedJson} was given; the caller names the type that it stored. */
export function fromDatedJson<T>(text: string): T {
  return JSON.parse(text, (_, item: unknown) =>
    typeof item === 'object' && item !== null && '$date' in item && typeof item.$date === 'number'
      ? new Date(item.$date)
      : item,
  )
}
