import { expect, test } from 'vitest'
import { hidePaths, withoutHostPaths } from './hide-paths.ts'

test.each([
  ['/srv/app/shop is no Git repository.', '…/shop is no Git repository.'],
  ['Cannot open "/home/some one/my shop" here.', 'Cannot open "…/my shop" here.'],
  ['file:///srv/app/shop cannot be fetched: fatal', '…/shop cannot be fetched: fatal'],
  ["ENOENT: no such file, open 'C:\\Users\\a\\b.txt'", "ENOENT: no such file, open '…/b.txt'"],
  ['at (/srv/app/src/run.ts:1:1)', 'at (…/run.ts:1:1)'],
  ['D:/data/index.db is locked', '…/index.db is locked'],
  ['/home/some one/my shop/a b.ts is too large', '…/a b.ts is too large'],
  ['/home/some  one else/my shop: not readable', '…/my shop: not readable'],
  ['C:\\Program Files (x86)\\my git\\git.exe failed: 1', '…/git.exe failed: 1'],
  ['not a git repository: /Users/o’hara/my work/shop', 'not a git repository: …/shop'],
  ["can't open /home/o'brien/my work/shop", "can't open …/shop"],
  ['file:///srv/my app/shop cannot be fetched', '…/shop cannot be fetched'],
  ['/srv/my app/a to /srv/your app/b', '…/a to …/b'],
  ['/srv/my app/a from http://127.0.0.1:1/org/a.git', '…/a from http://127.0.0.1:1/org/a.git'],
  ['/srv/my app/a from git@example.com:org/a.git', '…/a from git@example.com:org/a.git'],
  ['/srv/my app/a:\nsrc/b.ts is broken', '…/a:\nsrc/b.ts is broken'],
  ['/srv/my app/a\nsrc/b.ts is broken', '…/a\nsrc/b.ts is broken'],
  ['(in /srv/my app/a) and lib/b', '(in …/a) and lib/b'],
])('of a path of the host the last part is left: %s', (sentence, shown) => {
  expect(hidePaths(sentence)).toBe(shown)
})

test.each([
  'http://127.0.0.1:1/org/away.git cannot be fetched: Failed to connect to 127.0.0.1 port 1',
  'git@example.com:org/team/away.git cannot be fetched.',
  'src/deep/er/file.ts is larger than 1 MiB.',
  './src/file.ts and ../other/file.ts',
  '3/4 of 1/2 files',
])('what is no path of the host stays: %s', (sentence) => {
  expect(hidePaths(sentence)).toBe(sentence)
})

test('a sentence of nothing but beginnings of paths takes no time', () => {
  // What takes the square of its length for each of these would take minutes.
  for (const piece of ['/', '/a ', '/a (', '/a (b', 'a ', "/a'"]) {
    const sentence = piece.repeat(200_000)
    expect(hidePaths(sentence)).toBe(sentence)
  }
})

test('only sentences are changed, however deep they are', () => {
  const name = '/srv/app/shop'
  expect(
    withoutHostPaths({
      repository_name: name,
      errors: [{ error_message: `${name} is gone.`, file_path: 'a/b' }],
      warnings: [`${name} is slow.`],
    }),
  ).toEqual({
    repository_name: name,
    errors: [{ error_message: '…/shop is gone.', file_path: 'a/b' }],
    warnings: ['…/shop is slow.'],
  })
})
