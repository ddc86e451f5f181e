/** Which rows a page has: at most so many, of those after the cursor. */
export interface PageRange {
  readonly limit: number
  readonly after?: string
}

/**
 * Page after page of what is listed by a cursor, to the first that is not full. Each is read when the one
 * before it has been worked off.
 */
export async function* pages<Row>(
  limit: number,
  cursorOf: (row: Row) => string,
  read: (range: PageRange) => Promise<readonly Row[]>,
): AsyncGenerator<readonly Row[]> {
  for (let last: Row | undefined; ; ) {
    const page = await read(last === undefined ? { limit } : { limit, after: cursorOf(last) })
    yield page
    last = page.at(-1)
    if (page.length < limit || last === undefined) return
  }
}
