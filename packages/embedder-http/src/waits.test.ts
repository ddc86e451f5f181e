import type { EmbedderWait } from '@cairn/core'
import { expect, test } from 'vitest'
import { createWaits } from './waits.ts'

test('a call waits from the first of its requests that does to the last, however they end', async () => {
  const told: (EmbedderWait | null)[] = []
  const waits = createWaits((wait) => told.push(wait))
  const first = { reason: 'busy', until: null }
  const second = { reason: 'busy', until: new Date(0) }
  let end: () => void = () => {}
  const pausing = waits.during(first, () => new Promise<void>((resolve) => (end = resolve)))
  await expect(
    waits.during(second, async () => {
      throw new Error('enough')
    }),
  ).rejects.toThrow('enough')
  expect(told).toEqual([first, second])
  end()
  await pausing
  expect(told).toEqual([first, second, null])
})
