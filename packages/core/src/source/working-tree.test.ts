import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  entriesOf,
  git,
  makeRepository,
  outcomesOf,
  temporaryFolder,
  writeFiles,
} from './fixtures/git-repositories.ts'
import { type OpenSourceOptions, openSource } from './open-source.ts'

const signal = new AbortController().signal

function options(more: Partial<OpenSourceOptions> = {}): OpenSourceOptions {
  return { cloneDirectory: '/nowhere', languageOf: () => 'text', signal, ...more }
}

test('a working tree is its tracked and untracked files, not the ignored and not the deleted', async () => {
  using folder = temporaryFolder()
  const root = makeRepository(join(folder.path, 'repo'), {
    'src/a.ts': 'export const a = 1\n',
    'src/gone.ts': 'export const gone = 1\n',
    '.gitignore': 'ignored.ts\n/build/\n',
  })
  rmSync(join(root, 'src/gone.ts'))
  writeFiles(root, { 'src/new.ts': 'new\n', 'ignored.ts': 'x\n', 'build/out.ts': 'x\n' })
  const tree = await openSource({ path: root }, options())
  expect(await outcomesOf(tree)).toEqual({
    '.gitignore': 'index',
    'src/a.ts': 'index',
    'src/new.ts': 'index',
  })
  expect(tree.description).toEqual({ ref: 'main', commit: git(root, 'rev-parse', 'HEAD') })
  expect(Buffer.from(await tree.read('src/new.ts', { signal })).toString()).toBe('new\n')
  await tree.close()
})

test('content hashes are git’s blob ids and entries come in the order of code units', async () => {
  using folder = temporaryFolder()
  const root = makeRepository(join(folder.path, 'repo'), {
    'b.ts': 'b\n',
    'a/z.ts': 'z\n',
    'a-b.ts': 'ab\n',
    'ä.ts': 'umlaut\n',
    'Z.ts': 'Z\n',
  })
  const entries = await entriesOf(await openSource({ path: root }, options()))
  const paths = entries.map((entry) => entry.file.path)
  expect(paths).toEqual(['Z.ts', 'a-b.ts', 'a/z.ts', 'b.ts', 'ä.ts'])
  for (const entry of entries) {
    if (entry.kind !== 'file') throw new Error('skipped')
    expect(entry.file.contentHash).toBe(git(root, 'rev-parse', `HEAD:${entry.file.path}`))
  }
})

test('a commit’s tree is read from git’s objects, whatever the working tree holds', async () => {
  using folder = temporaryFolder()
  const root = makeRepository(join(folder.path, 'repo'), { 'a.ts': 'one\n', 'old.ts': 'old\n' })
  git(root, 'tag', 'v1')
  rmSync(join(root, 'old.ts'))
  writeFiles(root, { 'a.ts': 'two\n' })
  git(root, 'commit', '-qam', 'Second')
  const tree = await openSource({ path: root, ref: 'v1' }, options())
  expect(await outcomesOf(tree)).toEqual({ 'a.ts': 'index', 'old.ts': 'index' })
  expect(Buffer.from(await tree.read('a.ts', { signal })).toString()).toBe('one\n')
  await tree.close()
  await expect(openSource({ path: root, ref: 'v2' }, options())).rejects.toMatchObject({
    code: 'REF_NOT_FOUND',
  })
})
