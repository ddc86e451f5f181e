import { expect, it } from 'vitest'
import { createLatestValues } from './latest-values.ts'

const nothing = (): void => {}

it('gives a reader who waits every value', async () => {
  const values = createLatestValues<number>()
  const reader = values.read(null, nothing)
  for (const value of [1, 2, 3]) {
    const next = reader.next()
    values.push(value)
    expect(await next).toEqual({ done: false, value })
  }
})

it('gives a slow reader the newest value, and the last before the end', async () => {
  const values = createLatestValues<number>()
  const reader = values.read(0, nothing)
  const other = values.read(0, nothing)
  expect(await other.next()).toEqual({ done: false, value: 0 })
  for (const value of [1, 2, 3]) values.push(value)
  values.end()
  for (const each of [reader, other]) {
    expect(await each.next()).toEqual({ done: false, value: 3 })
    expect(await each.next()).toEqual({ done: true, value: undefined })
  }
})

it('throws once where it ended with an error, after the last value', async () => {
  const values = createLatestValues<number>()
  const reader = values.read(null, nothing)
  const late = () => values.read(7, nothing)
  values.push(1)
  values.end(new Error('refused'))
  expect(await reader.next()).toEqual({ done: false, value: 1 })
  await expect(reader.next()).rejects.toThrow('refused')
  expect(await reader.next()).toEqual({ done: true, value: undefined })
  const second = late()
  expect(await second.next()).toEqual({ done: false, value: 7 })
  await expect(second.next()).rejects.toThrow('refused')
})

it('settles those who asked several times, in order', async () => {
  const values = createLatestValues<number>()
  const reader = values.read(null, nothing)
  const asked = [reader.next(), reader.next(), reader.next()]
  values.push(1)
  values.push(2)
  values.end()
  expect(await Promise.all(asked)).toEqual([
    { done: false, value: 1 },
    { done: false, value: 2 },
    { done: true, value: undefined },
  ])
})

it('says when a reader was left, but not when it came to the end', async () => {
  const values = createLatestValues<number>()
  const left: string[] = []
  const leaving = values.read(1, () => left.push('left'))
  const staying = values.read(null, () => left.push('stayed'))
  for await (const value of leaving) if (value === 1) break
  expect(left).toEqual(['left'])
  expect(await leaving.next()).toEqual({ done: true, value: undefined })
  values.end()
  for await (const value of staying) expect(value).toBe('none')
  expect(left).toEqual(['left'])
})
