import { getEventListeners } from 'node:events'
import { expect, test } from 'vitest'
import { abortable, withinTime, withOwnSignal } from './abortable.ts'

const never = (): Promise<never> => new Promise(() => {})
const timedOut = (): Error => new Error('too late')

test('gives what the work gives, or its error', async () => {
  const { signal } = new AbortController()
  const fail = async (): Promise<never> => {
    throw new Error('broken')
  }
  for (const one of [signal, undefined]) {
    expect(await abortable(one, async () => 'done')).toBe('done')
    await expect(abortable(one, fail)).rejects.toThrow('broken')
    expect(await withinTime(one, { timeoutMs: 60_000, timedOut }, async () => 'done')).toBe('done')
    await expect(withinTime(one, { timeoutMs: 60_000, timedOut }, fail)).rejects.toThrow('broken')
  }
})

test('does not begin when the signal is aborted before', async () => {
  const reason = new Error('enough')
  let begun = 0
  const begin = async (): Promise<void> => {
    begun++
  }
  const signal = AbortSignal.abort(reason)
  await expect(abortable(signal, begin)).rejects.toBe(reason)
  await expect(withOwnSignal(signal, begin)).rejects.toBe(reason)
  await expect(withinTime(signal, { timeoutMs: 1, timedOut }, begin)).rejects.toBe(reason)
  expect(begun).toBe(0)
})

test('throws the reason once what was started is stopped, whatever that fails with', async () => {
  const reason = new Error('enough')
  const controller = new AbortController()
  let fail: (error: Error) => void = () => {}
  const order: string[] = []
  const call = abortable(
    controller.signal,
    () =>
      new Promise((_, reject) => {
        fail = reject
      }),
    async () => {
      fail(new Error('The connection was closed.'))
      await new Promise(setImmediate)
      order.push('stopped')
    },
  ).catch((error: unknown) => {
    order.push('thrown')
    return error
  })
  controller.abort(reason)
  expect(await call).toBe(reason)
  expect(order).toEqual(['stopped', 'thrown'])
})

test('ends work that never ends: at the signal, and at the limit of time', async () => {
  const reason = new Error('enough')
  const controller = new AbortController()
  const seen: AbortSignal[] = []
  const listen = (signal: AbortSignal): Promise<never> => {
    seen.push(signal)
    return never()
  }
  const call = withinTime(controller.signal, { timeoutMs: 60_000, timedOut }, listen)
  controller.abort(reason)
  await expect(call).rejects.toBe(reason)
  await expect(withinTime(undefined, { timeoutMs: 1, timedOut }, listen)).rejects.toThrow(
    'too late',
  )
  expect(seen.map((signal) => signal.reason)).toMatchObject([reason, { message: 'too late' }])
})

test('leaves no listener at a signal that lasts', async () => {
  const { signal } = new AbortController()
  for (let call = 0; call < 20; call++) {
    await withinTime(signal, { timeoutMs: 60_000, timedOut }, async () => call)
    await withOwnSignal(signal, async (own) => abortable(own.signal, async () => call))
    await abortable(signal, async () => call)
  }
  expect(getEventListeners(signal, 'abort')).toHaveLength(0)
})
