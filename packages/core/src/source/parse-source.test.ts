import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { parseSource, repositoryNameOf } from './parse-source.ts'
import { redactUrl } from './source-url.ts'

test.each([
  'https://example.org/a/b.git',
  'http://user:pass@example.org/a',
  'ssh://git@example.org:2222/a/b',
  'git@example.org:a/b.git',
  'example.org:a/b',
  'git://example.org/a',
  'file:///srv/git/a.git',
])('%s may be cloned', (url) => {
  expect(parseSource({ url })).toEqual({ url })
})

test.each([
  'ext::sh -c touch% /tmp/x',
  'ext::ssh://example.org/a',
  'fd::17/foo',
  'anything::https://example.org',
  '-uhttps://example.org',
  '--upload-pack=touch /tmp/x',
  'ssh://-oProxyCommand=touch/a',
  'ssh://-l@example.org/a',
  'git@-oProxyCommand=x:a',
  '-x@example.org:a',
  'ada:s3cret@example.org:a',
  'example.org:-x',
  'https://example.org/a\nb',
  'https://example.org/\u001b[2J',
  ' https://example.org/a',
  '',
  '/srv/git/a.git',
  './a',
  'C:\\code\\a',
  'C:/code/a',
  'ftp://example.org/a',
  'file://user:pass@host/a',
  'https://',
])('%j is refused', (url) => {
  expect(() => parseSource({ url })).toThrow(expect.objectContaining({ code: 'URL_REFUSED' }))
})

test.each([
  {},
  { path: '' },
  { path: 'a\0b' },
  { path: 1 },
  { url: 1 },
  { path: '.', url: 'https://example.org/a' },
  { path: '.', depth: 1 },
  { url: 'https://example.org/a', depth: 0 },
  { url: 'https://example.org/a', depth: 1.5 },
  { url: 'https://example.org/a', depth: 'all' },
  { url: 'https://example.org/a', auth: 'token' },
  { url: 'https://example.org/a', token: 'x' },
  { path: '.', ref: '-rf' },
  { path: '.', ref: '' },
  { path: '.', ref: 'a b' },
  { url: 'https://example.org/a', ref: '--upload-pack=x' },
  { url: 'https://example.org/a', ref: 'a\0b' },
  null,
  'https://example.org/a',
])('%j is not a source', (input) => {
  expect(() => parseSource(input)).toThrow(expect.objectContaining({ code: 'INVALID_OPTIONS' }))
})

test('an empty path is told as one', () => {
  const message = 'The path is empty; give a folder, for example ".".'
  for (const source of [{ path: '' }, { path: '', ref: 'main' }]) {
    expect(() => parseSource(source)).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTIONS', message }),
    )
  }
})

test('a member that is not known is named', () => {
  const named =
    (source: unknown): (() => unknown) =>
    () =>
      parseSource(source)
  expect(named({ path: '.', exlude: [] })).toThrow(/^"exlude" is not known here\. A source is /)
  expect(named({ path: '.', depth: 1, auth: null })).toThrow(/^"depth", "auth" are not known here/)
  expect(named({ path: '.', url: 'https://example.org/a' })).toThrow(/^A source is /)
})

test('a refused URL’s error does not hold its credentials', () => {
  for (const url of [
    'ftp://ada:s3cret@example.org/a',
    'https://ada:s3cret@/a',
    'x::ada:s3cret@y',
    'ada:s3cret@example.org:a/b.git',
  ]) {
    expect(() => parseSource({ url })).not.toThrow(/s3cret/)
  }
})

test('a local path becomes absolute', () => {
  expect(parseSource({ path: 'a', ref: 'main' })).toEqual({ path: resolve('a'), ref: 'main' })
})

test('a shown URL has no user, password, query or fragment', () => {
  expect(redactUrl('https://ada:s3cret@example.org/a.git')).toBe('https://example.org/a.git')
  expect(redactUrl('https://token@example.org/a?private_token=x#y')).toBe('https://example.org/a')
  expect(redactUrl('ssh://git:s3cret@example.org/a')).toBe('ssh://git@example.org/a')
  expect(redactUrl('git@example.org:a/b.git')).toBe('git@example.org:a/b.git')
  for (const odd of [
    'ftp://ada:s3cret@example.org/a',
    'x::ada:s3cret@y',
    'https://ada:s3cret@/a',
    'ada:s3cret@example.org:a/b.git',
  ]) {
    expect(redactUrl(odd)).not.toContain('s3cret')
  }
})

test.each([
  [{ url: 'https://example.org/ada/engine.git' }, 'engine'],
  [{ url: 'https://ada:pass@example.org/ada/engine/' }, 'engine'],
  [{ url: 'https://example.org/engine?x=/y' }, 'engine'],
  [{ url: 'git@example.org:engine.git' }, 'engine'],
  [{ url: 'git@example.org:ada/engine.git' }, 'engine'],
  [{ url: 'file:///srv/engine/.git' }, 'engine'],
  [{ url: 'https://example.org/' }, 'example.org'],
  [{ path: '/srv/engine/' }, 'engine'],
  [{ path: '/srv/engine.git' }, 'engine'],
  [{ path: '/' }, 'repository'],
])('the name of %j is %s', (source, name) => {
  expect(repositoryNameOf(source)).toBe(name)
})
