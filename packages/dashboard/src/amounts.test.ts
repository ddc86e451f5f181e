import { expect, test } from 'vitest'
import { durationRange, roughDuration } from '../app/amounts.ts'

test('a duration that is only expected is said in one unit', () => {
  expect([0, 89, 91, 5_399, 7_200, 604_800].map(roughDuration)).toEqual([
    '0 s',
    '89 s',
    '2 m',
    '90 m',
    '2 h',
    '7 d',
  ])
})

test('a range says its unit once where it can', () => {
  expect(durationRange(14, 34)).toBe('14–34 s')
  expect(durationRange(14, 99)).toBe('14 s – 2 m')
  expect(durationRange(170, 185)).toBe('3 m')
  expect(durationRange(600, 11_088)).toBe('10 m – 3.1 h')
})
