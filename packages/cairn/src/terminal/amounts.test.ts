import { expect, test } from 'vitest'
import { bytes, counted, percent, rate, seconds, secondsRange } from './amounts.ts'

test('seconds read as a person says them', () => {
  expect([0, 0.04, 0.42, 9.96, 59.4, 59.6, 185, 3599.6, 7620].map(seconds)).toEqual([
    '0 s',
    '0 s',
    '0.4 s',
    '10 s',
    '59 s',
    '1 m 00 s',
    '3 m 05 s',
    '1 h 00 m',
    '2 h 07 m',
  ])
})

test('a range of seconds says its unit once where it can', () => {
  expect(secondsRange(0, 0.4)).toBe('1 s')
  expect(secondsRange(4.2, 8.1)).toBe('4–9 s')
  expect(secondsRange(50, 80)).toBe('50 s – 1 m')
  expect(secondsRange(68, 188)).toBe('1–3 m')
  expect(secondsRange(170, 171)).toBe('3 m')
  expect(secondsRange(1_800, 9_000)).toBe('30 m – 2.5 h')
  expect(secondsRange(7_200, 90_000)).toBe('2–25 h')
  expect(secondsRange(9, 3)).toBe('9.0 s')
})

test('bytes go over to the next unit before they need four digits', () => {
  expect([1, 999, 1000, 9_949, 12_400_000, 999_600, 5e15].map(bytes)).toEqual([
    '1 byte',
    '999 bytes',
    '1.0 kB',
    '9.9 kB',
    '12 MB',
    '1.0 MB',
    '5,000 TB',
  ])
})

test('a percentage is 100 only when it is all', () => {
  expect([-1, 0, 57.9, 99.99, 100, 120].map(percent)).toEqual([
    '0 %',
    '0 %',
    '57 %',
    '99 %',
    '100 %',
    '100 %',
  ])
})

test('counts and rates carry their unit', () => {
  expect(counted(1, 'file')).toBe('1 file')
  expect(counted(12_480, 'file')).toBe('12,480 files')
  expect(rate(0.52, 'files')).toBe('0.5 files/s')
  expect(rate(1_840.4, 'chunks')).toBe('1,840 chunks/s')
})
