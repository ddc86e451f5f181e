import { InvalidOptionsError } from '@cairn/core'
import { expect, test } from 'vitest'
import { sourceArgument } from './source-argument.ts'

test('what git would clone is a URL, anything else a path', () => {
  for (const url of [
    'https://example.org/a.git',
    'ssh://git@example.org/a',
    'git@example.org:a/b.git',
    'file:///srv/a.git',
    'ext::sh -c reboot',
  ]) {
    expect(sourceArgument(url, {})).toEqual({ url })
  }
  for (const path of ['.', '../a', '/srv/a.git', 'C:\\code\\a', 'a:b/c', './git@host:x']) {
    expect(sourceArgument(path, {})).toEqual({ path })
  }
})

test('ref and depth go with a URL, and depth with nothing else', () => {
  expect(sourceArgument('https://example.org/a', { ref: 'v1', depth: 'full' })).toEqual({
    url: 'https://example.org/a',
    ref: 'v1',
    depth: 'full',
  })
  expect(sourceArgument('.', { ref: 'v1' })).toEqual({ path: '.', ref: 'v1' })
  expect(() => sourceArgument('.', { depth: 1 })).toThrow(InvalidOptionsError)
})
