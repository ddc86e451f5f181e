import assert from 'node:assert/strict'
import { CairnError } from '@cairn/core'

/** Holds that a call rejects with a `StoreError`, or with one of the given code. */
export async function rejectsWithStoreError(call: Promise<unknown>, code?: string): Promise<void> {
  const error = await call.then(
    () => assert.fail('resolved where it should have rejected with a StoreError'),
    (reason: unknown) => reason,
  )
  assert.ok(
    CairnError.isInstance(error) && error.name === 'StoreError',
    `rejected with ${String(error)} where it should have been a StoreError`,
  )
  if (code !== undefined) assert.equal(error.code, code)
}

/** Holds that each call rejects when its signal was aborted before. */
export async function rejectsWhenAborted(
  calls: Readonly<Record<string, (signal: AbortSignal) => Promise<unknown>>>,
): Promise<void> {
  for (const [name, call] of Object.entries(calls)) {
    const outcome = await call(AbortSignal.abort()).then(
      () => 'resolved',
      () => 'rejected',
    )
    assert.equal(outcome, 'rejected', `${name}() resolved although its signal was aborted`)
  }
}

/** Every page of a listing, put together; holds that no page is longer than `limit`. */
export async function allPages<Item>(
  limit: number,
  page: (after: string | undefined) => Promise<readonly Item[]>,
  key: (item: Item) => string,
): Promise<Item[]> {
  const items: Item[] = []
  const seen = new Set<string>()
  for (let after: string | undefined; ; ) {
    const next = await page(after)
    assert.ok(next.length <= limit, `a page has ${next.length} items where at most ${limit} fit`)
    const last = next.at(-1)
    if (last === undefined) return items
    for (const item of next) {
      assert.ok(!seen.has(key(item)), `${key(item)} came twice`)
      seen.add(key(item))
      items.push(item)
    }
    after = key(last)
  }
}

/** Ascending by code units. */
export function sorted(values: Iterable<string>): string[] {
  return [...values].sort((left, right) => (left < right ? -1 : left > right ? 1 : 0))
}
