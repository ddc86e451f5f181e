import { execFileSync } from 'node:child_process'
import { chmodSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import {
  entriesOf,
  git,
  makeRepository,
  outcomesOf,
  temporaryFolder,
  writeFiles,
} from './fixtures/git-repositories.ts'
import { openOptions as options } from './fixtures/open-options.ts'
import { openSource } from './open-source.ts'

const signal = new AbortController().signal

afterEach(() => void vi.unstubAllEnvs())

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

test('where a repository stands is told of a branch, a commit and what has none yet', async () => {
  using folder = temporaryFolder()
  const root = makeRepository(join(folder.path, 'repo'), { 'a.ts': 'a\n' })
  const described = async (): Promise<unknown> => {
    const tree = await openSource({ path: root }, options())
    await tree.close()
    return tree.description
  }
  const commit = git(root, 'rev-parse', 'HEAD')
  git(root, 'checkout', '-qb', 'feature/names')
  // Of a tag and a branch of one name, the branch is what is checked out.
  git(root, 'tag', 'feature/names')
  expect(await described()).toEqual({ ref: 'feature/names', commit })
  git(root, 'update-ref', 'refs/remotes/origin/main', commit)
  git(root, 'symbolic-ref', 'HEAD', 'refs/remotes/origin/main')
  expect(await described()).toEqual({ ref: 'origin/main', commit })
  git(root, 'symbolic-ref', 'HEAD', 'refs/tags/feature/names')
  expect(await described()).toEqual({ ref: 'feature/names', commit })
  git(root, 'checkout', '-q', '--detach', commit)
  expect(await described()).toEqual({ ref: null, commit })
  git(root, 'update-ref', 'refs/heads/HEAD', commit)
  expect(await described()).toEqual({ ref: null, commit })
  git(root, 'symbolic-ref', 'HEAD', 'refs/heads/main')
  expect(await described()).toEqual({ ref: 'main', commit })
  git(root, 'update-ref', '-d', 'refs/heads/HEAD')
  git(root, 'symbolic-ref', 'HEAD', 'refs/heads/unborn')
  expect(await described()).toEqual({ ref: 'unborn', commit: null })
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

test('a folder below the root of a repository is just that folder', async () => {
  using folder = temporaryFolder()
  const root = makeRepository(join(folder.path, 'repo'), {
    'a.ts': 'a\n',
    'packages/core/b.ts': 'b\n',
    'packages/core-old/c.ts': 'c\n',
    '.gitignore': 'downloads/\n*.log\n',
  })
  writeFiles(root, {
    'packages/core/new.ts': 'new\n',
    'packages/core/x.log': 'log\n',
    'downloads/project/d.ts': 'd\n',
  })
  const path = join(root, 'packages', 'core')
  const working = await openSource({ path }, options())
  expect(await outcomesOf(working)).toEqual({ 'b.ts': 'index', 'new.ts': 'index' })
  expect(Buffer.from(await working.read('b.ts', { signal })).toString()).toBe('b\n')
  const committed = await openSource({ path, ref: 'main' }, options())
  expect(await outcomesOf(committed)).toEqual({ 'b.ts': 'index' })
  await committed.close()
  // A folder that the repository ignores was asked for by name.
  const ignored = await openSource({ path: join(root, 'downloads', 'project') }, options())
  expect(await outcomesOf(ignored)).toEqual({ 'd.ts': 'index' })
  const absent = { path: join(root, 'downloads'), ref: 'main' }
  await expect(openSource(absent, options())).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' })
})

test('a repository inside a repository is named and not looked into', async () => {
  using folder = temporaryFolder()
  const root = makeRepository(join(folder.path, 'repo'), { 'a.ts': 'a\n' })
  makeRepository(join(root, 'nested'), { 'b.ts': 'b\n' })
  const tree = await openSource({ path: root }, options())
  expect(await outcomesOf(tree)).toEqual({ 'a.ts': 'index', nested: 'submodule' })
})

test.skipIf(process.platform === 'win32')(
  'a git that is too old for the guards is refused',
  async () => {
    using folder = temporaryFolder()
    const root = makeRepository(join(folder.path, 'repo'), { 'a.ts': 'a\n' })
    writeFiles(folder.path, { 'bin/git': '#!/bin/sh\necho git version 2.30.9\n' })
    chmodSync(join(folder.path, 'bin', 'git'), 0o755)
    vi.stubEnv('PATH', `${join(folder.path, 'bin')}:${process.env.PATH}`)
    await expect(openSource({ path: root }, options())).rejects.toMatchObject({
      code: 'GIT_MISSING',
    })
  },
)

test.skipIf(process.platform === 'win32')(
  'what the host’s user ignores is left out, also where git cannot be asked for all at once',
  async () => {
    using folder = temporaryFolder()
    const root = makeRepository(join(folder.path, 'repo'), { 'a.ts': 'a\n' })
    writeFiles(root, { 'a.draft': 'draft\n' })
    writeFiles(folder.path, {
      'home/.gitconfig': '[core]\n\texcludesFile = ~/ignored\n',
      'home/ignored': '*.draft\n',
      // As 2.44 to 2.46 where an `includeIf "onbranch:…"` is in the user's configuration.
      'bin/git':
        '#!/bin/sh\ncase "$*" in *--get-regexp*) kill -ABRT $$;; esac\nPATH=$(echo "$PATH" | cut -d: -f2-) exec git "$@"\n',
    })
    chmodSync(join(folder.path, 'bin', 'git'), 0o755)
    const outcomes = async () => outcomesOf(await openSource({ path: root }, options()))
    vi.stubEnv('HOME', join(folder.path, 'home'))
    expect(await outcomes()).toEqual({ 'a.ts': 'index' })
    vi.stubEnv('PATH', `${join(folder.path, 'bin')}:${process.env.PATH}`)
    expect(await outcomes()).toEqual({ 'a.ts': 'index' })
  },
)

test.skipIf(process.platform === 'win32')(
  'a repository among the temporary files says nothing about the host’s git',
  async () => {
    using folder = temporaryFolder()
    const root = makeRepository(join(folder.path, 'repo'), { 'a.ts': 'a\n' })
    const stranger = makeRepository(join(folder.path, 'tmp'), { 'b.ts': 'b\n' })
    // Whoever reads it waits.
    rmSync(join(stranger, '.git', 'config'))
    execFileSync('mkfifo', [join(stranger, '.git', 'config')])
    vi.stubEnv('TMPDIR', stranger)
    const tree = await openSource({ path: root }, options())
    expect(await outcomesOf(tree)).toEqual({ 'a.ts': 'index' })
  },
)

test('a bare repository is the tree of its HEAD', async () => {
  using folder = temporaryFolder()
  const root = makeRepository(join(folder.path, 'repo'), { 'a.ts': 'a\n' })
  git(folder.path, 'clone', '-q', '--bare', root, 'bare.git')
  const tree = await openSource({ path: join(folder.path, 'bare.git') }, options())
  expect(await outcomesOf(tree)).toEqual({ 'a.ts': 'index' })
  await tree.close()
})

test('a repository without a commit is its files, and an error where there are none', async () => {
  using folder = temporaryFolder()
  const root = makeRepository(join(folder.path, 'repo'), {})
  const empty = { code: 'EMPTY_REPOSITORY' }
  await expect(openSource({ path: root }, options())).rejects.toMatchObject(empty)
  writeFiles(root, { 'a.ts': 'a\n' })
  const tree = await openSource({ path: root }, options())
  expect(await outcomesOf(tree)).toEqual({ 'a.ts': 'index' })
  expect(tree.description).toEqual({ ref: 'main', commit: null })
  await expect(openSource({ path: root, ref: 'main' }, options())).rejects.toMatchObject(empty)
  git(folder.path, 'init', '-q', '--bare', 'bare.git')
  const bare = { path: join(folder.path, 'bare.git') }
  await expect(openSource(bare, options())).rejects.toMatchObject(empty)
})

test('a path that is not there, no folder or no repository has its own error', async () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, { 'file.txt': 'x', 'plain/a.txt': 'x' })
  for (const [source, code] of [
    [{ path: join(folder.path, 'nothing') }, 'SOURCE_NOT_FOUND'],
    [{ path: join(folder.path, 'file.txt') }, 'SOURCE_NOT_FOUND'],
    [{ path: join(folder.path, 'plain'), ref: 'main' }, 'NOT_A_REPOSITORY'],
  ] as const) {
    await expect(openSource(source, options())).rejects.toMatchObject({ code })
  }
})

test('each entry has the first reason that applies, in a fixed order', async () => {
  using folder = temporaryFolder()
  const large = 'x'.repeat(2_000)
  const root = makeRepository(join(folder.path, 'repo'), {
    'excluded/vendor/a.js': 'a',
    'vendor/large.js': large,
    'large.bin': `\0${large}`,
    'binary.min.js': '\0',
    'a.min.js': '// Code generated by x. DO NOT EDIT.\n',
    'empty.pb.go': '',
    'empty.go': '',
    'a.go': 'package a\n',
  })
  const files = {
    'a.go': 'index',
    'a.min.js': 'minified',
    'binary.min.js': 'binary',
    'empty.go': 'no_text',
    'empty.pb.go': 'generated',
    'excluded/vendor/a.js': 'excluded',
    'large.bin': 'too_large',
    'vendor/large.js': 'vendored',
  }
  for (const source of [{ path: root }, { path: root, ref: 'main' }]) {
    const tree = await openSource(source, options({ exclude: ['excluded'], maxFileBytes: 1_000 }))
    expect(await outcomesOf(tree)).toEqual(files)
    const large = (await entriesOf(tree)).find((entry) => entry.file.path === 'large.bin')
    expect(large?.file).toMatchObject({
      sizeBytes: 2_001,
      detail: '2001 bytes; the limit is 1000',
    })
    await tree.close()
  }
})

test('the language is asked with the path and the first bytes', async () => {
  using folder = temporaryFolder()
  const root = makeRepository(join(folder.path, 'repo'), { tool: '#!/usr/bin/env python3\n' })
  const languageOf = (path: string, head?: Uint8Array): string =>
    `${path} ${Buffer.from(head ?? []).toString()}`
  const [entry] = await entriesOf(await openSource({ path: root }, options({ languageOf })))
  expect(entry?.file.language).toBe('tool #!/usr/bin/env python3\n')
})

test('a file known by its content is not looked at again, and a changed one is', async () => {
  using folder = temporaryFolder()
  const root = makeRepository(join(folder.path, 'repo'), { 'a.ts': 'a\n', 'b.ts': 'b\n' })
  const hashes = new Map(
    (await entriesOf(await openSource({ path: root }, options()))).map((entry) => [
      entry.file.path,
      entry.kind === 'file' ? entry.file.contentHash : '',
    ]),
  )
  writeFiles(root, { 'b.ts': 'changed\n' })
  git(root, 'commit', '-qam', 'Change')
  for (const source of [{ path: root }, { path: root, ref: 'main' }]) {
    const asked: string[] = []
    const tree = await openSource(
      source,
      options({
        languageOf: (path) => {
          asked.push(path)
          return 'asked'
        },
      }),
    )
    const entries = await entriesOf(tree, (path) => ({
      contentHash: hashes.get(path) ?? '',
      language: 'known',
    }))
    const languages = entries.map((entry) => entry.file.language)
    expect(languages).toEqual(['known', 'asked'])
    expect(asked).toEqual(['b.ts'])
    await tree.close()
  }
})

test('a file that vanishes or grows between listing and reading is an error of that file', async () => {
  using folder = temporaryFolder()
  const root = makeRepository(join(folder.path, 'repo'), { 'a.ts': 'a\n', 'b.ts': 'b\n' })
  const tree = await openSource({ path: root }, options({ maxFileBytes: 100 }))
  await entriesOf(tree)
  rmSync(join(root, 'a.ts'))
  writeFiles(root, { 'b.ts': 'x'.repeat(101) })
  await expect(tree.read('a.ts', { signal })).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })
  await expect(tree.read('b.ts', { signal })).rejects.toMatchObject({ code: 'FILE_CHANGED' })
  await expect(tree.read('c.ts', { signal })).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })
})

// Root reads everything, so the test puts the rights of another user on for a moment.
test.runIf(process.getuid?.() === 0)('what may not be read costs itself only', async () => {
  using folder = temporaryFolder()
  const root = join(folder.path, 'plain')
  writeFiles(root, { 'a.ts': 'a\n', 'b.ts': 'b\n', 'closed/c.ts': 'c\n' })
  chmodSync(folder.path, 0o755)
  chmodSync(join(root, 'a.ts'), 0)
  chmodSync(join(root, 'closed'), 0)
  process.seteuid?.(65_534)
  try {
    const entries = await entriesOf(await openSource({ path: root }, options()))
    expect(entries).toMatchObject([
      {
        kind: 'skipped',
        file: { path: 'a.ts', reason: 'unreadable', error: { errorType: 'FILE_UNREADABLE' } },
      },
      { kind: 'file', file: { path: 'b.ts' } },
      { kind: 'skipped', file: { path: 'closed', reason: 'unreadable' } },
    ])
  } finally {
    process.seteuid?.(0)
  }
})

test('a listing stops when it is cancelled, and progress is told with its total', async () => {
  using folder = temporaryFolder()
  const files = Object.fromEntries(
    Array.from({ length: 50 }, (_, index) => [`f${index}.ts`, 'x\n']),
  )
  const root = makeRepository(join(folder.path, 'repo'), files)
  for (const source of [{ path: root }, { path: root, ref: 'main' }]) {
    const tree = await openSource(source, options())
    const controller = new AbortController()
    const progress: Array<[number, number | null]> = []
    const listing = (async () => {
      for await (const _entry of tree.list({
        signal: controller.signal,
        onProgress: (listed, total) => progress.push([listed, total]),
      })) {
        if (progress.length === 10) controller.abort()
      }
    })()
    await expect(listing).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(progress.at(0)).toEqual([0, 50])
    expect(progress.at(-1)?.[0]).toBeLessThan(50)
    expect(await entriesOf(tree)).toHaveLength(50)
    await tree.close()
  }
})

test('a closed tree of objects answers no more', async () => {
  using folder = temporaryFolder()
  const root = makeRepository(join(folder.path, 'repo'), { 'a.ts': 'a\n' })
  const tree = await openSource({ path: root, ref: 'main' }, options())
  await entriesOf(tree)
  await tree.close()
  await expect(tree.read('a.ts', { signal })).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })
  await tree.close()
})

test('without git on the PATH a repository says so and a plain folder still works', async () => {
  using folder = temporaryFolder()
  const root = makeRepository(join(folder.path, 'repo'), { 'a.ts': 'a\n' })
  writeFiles(folder.path, { 'plain/a.ts': 'a\n' })
  vi.stubEnv('PATH', join(folder.path, 'plain'))
  for (const source of [{ path: root }, { url: 'https://example.org/a' }]) {
    await expect(
      openSource(source, options({ cloneDirectory: join(folder.path, 'clones') })),
    ).rejects.toMatchObject({ code: 'GIT_MISSING' })
  }
  const plain = await openSource({ path: join(folder.path, 'plain') }, options())
  expect(await outcomesOf(plain)).toEqual({ 'a.ts': 'index' })
})
