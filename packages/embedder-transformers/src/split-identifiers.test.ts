import { expect, test } from 'vitest'
import { splitIdentifiers } from './split-identifiers.ts'

test.each([
  ['parseHTTPHeader', 'parse HTTP Header'],
  ['class RetryPolicy › method shouldRetry', 'class Retry Policy › method should Retry'],
  ['utf8Decode(x2Y)', 'utf8 Decode(x2 Y)'],
  ['größeÄndern', 'größe Ändern'],
  ['snake_case MAX_SIZE HTTP I am', 'snake_case MAX_SIZE HTTP I am'],
  ['', ''],
])('%j becomes %j', (text, split) => {
  expect(splitIdentifiers(text)).toBe(split)
})
