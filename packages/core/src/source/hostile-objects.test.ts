/** Trees, objects and indexes that git would not write, and repositories whose objects are another's. */
import { mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import {
  git,
  makeRepository,
  outcomesOf,
  temporaryFolder,
  writeFiles,
} from './fixtures/git-repositories.ts'
import {
  commitTree,
  type HandMadeEntry,
  writeBlob,
  writeDeltaOfZeros,
  writeIndex,
  writeNestedTrees,
  writeTree,
  writeZeros,
} from './fixtures/hand-made-objects.ts'
import { openOptions } from './fixtures/open-options.ts'
import { openSource } from './open-source.ts'

const signal = new AbortController().signal
const ofMain = { ref: 'main' }

test('an entry of a tree that leads out of it, or into .git, costs that entry', async () => {
  using folder = temporaryFolder()
  const path = makeRepository(join(folder.path, 'repo'), {})
  const blob = writeBlob(path, 'evil\n')
  const inner = writeTree(path, [['100644', 'config', blob]])
  const tree = writeTree(path, [
    ['100644', '../up.txt', blob],
    ['40000', '..', writeTree(path, [['40000', '..', inner]])],
    ['40000', '.git', inner],
    ['40000', '.GIT', inner],
    ['40000', 'sub', writeTree(path, [['40000', '.Git', inner]])],
    ['100644', '/absolute', blob],
    ['100644', '.', blob],
    ['100644', 'a//b', blob],
    ['100644', 'twice.txt', blob],
    ['100644', 'twice.txt', inner],
    ['100644', 'TWICE.txt', blob],
    ['100644', 'CON', blob],
    ['100644', '.gitx', blob],
    ['100644', '...', blob],
    ['100644', 'n'.repeat(4_000), blob],
    ['100644', 'missing', '1'.repeat(40)],
    ['100644', 'tree-as-file', inner],
    ['777777', 'no-such-mode', blob],
  ])
  commitTree(path, tree, 'A message with \0 in it\n')
  const source = await openSource({ path, ...ofMain }, openOptions())
  const outside = [
    '.',
    '../../config',
    '../up.txt',
    '.GIT/config',
    '.git/config',
    '/absolute',
    'a//b',
    'sub/.Git/config',
  ]
  expect(await outcomesOf(source)).toEqual({
    ...Object.fromEntries(outside.map((name) => [name, 'unreadable'])),
    '...': 'index',
    '.gitx': 'index',
    CON: 'index',
    'TWICE.txt': 'index',
    'twice.txt': 'index',
    missing: 'unreadable',
    'no-such-mode': 'submodule',
    ['n'.repeat(4_000)]: 'index',
    'tree-as-file': 'unreadable',
  })
  for (const name of outside) {
    await expect(source.read(name, { signal })).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })
  }
  await source.close()
})

test('a list of tracked files that names .git or a file outside reads neither', async () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, { 'secret.txt': 'secret\n' })
  const path = makeRepository(join(folder.path, 'repo'), { 'a.txt': 'a\n' })
  git(path, 'config', 'remote.origin.url', 'https://token@example.org/')
  const outside = ['../secret.txt', '.git/config', join(folder.path, 'secret.txt')]
  writeIndex(path, [...outside, 'a.txt'])
  expect(await outcomesOf(await openSource({ path }, openOptions()))).toEqual({
    ...Object.fromEntries(outside.map((name) => [name, 'unreadable'])),
    'a.txt': 'index',
  })
})

/** A tree of so many levels with ten entries each, all the same: some kilobytes name 10^levels files. */
function bomb(path: string, levels: number, name: (index: number) => string): void {
  const ten = (mode: string, objectId: string): HandMadeEntry[] =>
    Array.from({ length: 10 }, (_, index) => [mode, name(index), objectId])
  let tree = writeTree(path, ten('100644', writeBlob(path, 'x\n')))
  for (let level = 1; level < levels; level++) tree = writeTree(path, ten('40000', tree))
  commitTree(path, tree)
}

test('a tree that names milliards of files is refused, and so is a folder with too many', async () => {
  using folder = temporaryFolder()
  const path = makeRepository(join(folder.path, 'bomb'), {})
  bomb(path, 12, String)
  const few = openOptions({ maxFiles: 5_000 })
  const listed = openSource({ path, ...ofMain }, few).then(outcomesOf)
  await expect(listed).rejects.toMatchObject({ code: 'SOURCE_TOO_LARGE' })
  // Few entries whose paths are long take the memory of many.
  bomb(path, 4, (index) => `${index}`.padStart(250, 'x'))
  const long = openSource({ path, ...ofMain }, few).then(outcomesOf)
  await expect(long).rejects.toMatchObject({ code: 'SOURCE_TOO_LARGE' })
  const files = { 'a.txt': 'a\n', 'b.txt': 'b\n', 'c/d.txt': 'd\n' }
  const plain = join(folder.path, 'plain')
  writeFiles(plain, files)
  for (const place of [plain, makeRepository(join(folder.path, 'repo'), files)]) {
    const two = openSource({ path: place }, openOptions({ maxFiles: 2 })).then(outcomesOf)
    await expect(two).rejects.toMatchObject({ code: 'SOURCE_TOO_LARGE' })
    const three = await openSource({ path: place }, openOptions({ maxFiles: 3 }))
    expect(Object.keys(await outcomesOf(three))).toHaveLength(3)
  }
})

test('a blob of a gibibyte is left out by its size, and one that lies about it costs that file', async () => {
  using folder = temporaryFolder()
  const path = makeRepository(join(folder.path, 'repo'), {})
  const tree = writeTree(path, [
    ['100644', 'a.txt', writeBlob(path, 'a\n')],
    ['100644', 'gibibyte.txt', writeZeros(path, 1_024)],
    ['100644', 'liar.txt', writeZeros(path, 1_024, 10)],
    ['100644', 'z.txt', writeBlob(path, 'z\n')],
  ])
  commitTree(path, tree)
  const source = await openSource({ path, ...ofMain }, openOptions())
  expect(await outcomesOf(source)).toEqual({
    'a.txt': 'index',
    'gibibyte.txt': 'too_large',
    'liar.txt': 'unreadable',
    'z.txt': 'index',
  })
  await source.close()
})

test('a small file that is packed as a difference from gibibytes costs that file', async () => {
  using folder = temporaryFolder()
  const path = makeRepository(join(folder.path, 'repo'), {})
  const others = Array.from(
    { length: 40 },
    (_, index): HandMadeEntry => [
      '100644',
      `${index}`.padStart(2, '0'),
      writeBlob(path, `${index}\n`),
    ],
  )
  const tree = writeTree(path, [
    ...others.slice(0, 20),
    ['100644', '19-bomb', writeDeltaOfZeros(path, 'small\n', 1_100)],
    ...others.slice(20),
  ])
  commitTree(path, tree)
  const source = await openSource({ path, ...ofMain }, openOptions())
  expect(await outcomesOf(source)).toEqual({
    ...Object.fromEntries(others.map(([, name]) => [name, 'index'])),
    '19-bomb': 'unreadable',
  })
  await source.close()
})

test('the pack made for this is one that git reads, where the difference is small enough', async () => {
  using folder = temporaryFolder()
  const path = makeRepository(join(folder.path, 'repo'), {})
  commitTree(path, writeTree(path, [['100644', 'a', writeDeltaOfZeros(path, 'small\n', 3)]]))
  const source = await openSource({ path, ...ofMain }, openOptions())
  expect(Buffer.from(await source.read('a', { signal })).toString()).toBe('small\n')
  await source.close()
})

test('a tree that is deeper than git’s stack ends with a typed error', async () => {
  using folder = temporaryFolder()
  const path = makeRepository(join(folder.path, 'repo'), {})
  const innermost = writeTree(path, [['100644', 'f', writeBlob(path, 'x\n')]])
  commitTree(path, writeNestedTrees(path, innermost, 60_000))
  const listed = openSource({ path, ...ofMain }, openOptions()).then(outcomesOf)
  await expect(listed).rejects.toMatchObject({ code: 'GIT_FAILED' })
})

test('objects and refs of a stranger’s repository are not taken for one’s own', async () => {
  using folder = temporaryFolder()
  const victim = makeRepository(join(folder.path, 'victim'), { 'secret.txt': 'secret\n' })
  const commit = git(victim, 'rev-parse', 'HEAD')
  git(victim, 'repack', '-qad')
  const strange = join(victim, '.git')
  /** A repository of its own, but for what is changed in its `.git`. */
  const attack = (name: string, change: (dotGit: string) => void): string => {
    const path = makeRepository(join(folder.path, name), { 'a.txt': 'a\n' })
    change(join(path, '.git'))
    return path
  }
  const replaced = (name: string, inner: string): string =>
    attack(name, (dotGit) => {
      renameSync(join(dotGit, inner), join(folder.path, `${name}-was`))
      symlinkSync(join(strange, inner), join(dotGit, inner))
    })
  const alternates = (text: string) => (dotGit: string) => {
    writeFiles(dotGit, { 'objects/info/alternates': text, 'refs/heads/main': `${commit}\n` })
  }
  const attacks = [
    replaced('objects-link', 'objects'),
    replaced('pack-link', 'objects/pack'),
    replaced('refs-link', 'refs'),
    replaced('ref-link', 'refs/heads/main'),
    replaced('head-link', 'HEAD'),
    attack('inner-link', (dotGit) => {
      mkdirSync(join(dotGit, 'kept'))
      symlinkSync(join(strange, 'objects', 'pack'), join(dotGit, 'kept', 'pack'))
      renameSync(join(dotGit, 'objects', 'pack'), join(folder.path, 'inner-link-was'))
      symlinkSync(join('..', 'kept', 'pack'), join(dotGit, 'objects', 'pack'))
    }),
    attack('alternates', alternates(`${join(strange, 'objects')}\n`)),
    attack('quiet-alternates', alternates(`${'# nothing\n'.repeat(10_000)}${strange}/objects\n`)),
    attack('cyclic-alternates', alternates('../../.git/objects\n../objects\n')),
  ]
  // A linked worktree that agrees with its own main repository, which is made up.
  const worktree = join(folder.path, 'made-up', 'work')
  writeFiles(worktree, { '.git': 'gitdir: ../meta\n' })
  writeFiles(join(worktree, '..', 'meta'), {
    HEAD: 'ref: refs/heads/main\n',
    commondir: `${strange}\n`,
    gitdir: '../work/.git\n',
  })
  // The same with the setting by which a submodule knows its folder.
  const submodule = join(folder.path, 'made-up-submodule', 'work')
  writeFiles(submodule, { '.git': 'gitdir: ../meta\n' })
  writeFiles(join(submodule, '..', 'meta'), {
    HEAD: 'ref: refs/heads/main\n',
    commondir: `${strange}\n`,
    config: '[core]\n\tworktree = ../work\n',
  })
  for (const path of [...attacks, worktree, submodule]) {
    const { href } = pathToFileURL(path)
    const cloneDirectory = join(folder.path, 'clones')
    for (const source of [{ path, ...ofMain }, { url: href }, { url: `${href}/.git` }]) {
      await expect(
        openSource(source, openOptions({ cloneDirectory })),
        JSON.stringify(source),
      ).rejects.toMatchObject({ code: 'NOT_A_REPOSITORY' })
    }
  }
  // The working tree of each is on disk, and has nothing of the other one. git takes no HEAD from outside.
  for (const path of attacks.filter((attacked) => !attacked.endsWith('head-link'))) {
    expect(await outcomesOf(await openSource({ path }, openOptions()))).toEqual({
      'a.txt': 'index',
    })
  }
})

test('a linked worktree, a submodule and a symbolic link for HEAD are a repository’s own', async () => {
  using folder = temporaryFolder()
  const path = makeRepository(join(folder.path, 'repo'), { 'a.txt': 'a\n' })
  const linked = join(folder.path, 'linked')
  git(path, 'worktree', 'add', '-q', linked, '-b', 'side')
  const library = makeRepository(join(folder.path, 'library'), { 'lib.txt': 'lib\n' })
  git(path, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library, 'library')
  renameSync(join(library, '.git', 'HEAD'), join(folder.path, 'head-was'))
  symlinkSync('refs/heads/main', join(library, '.git', 'HEAD'))
  for (const [place, ref, expected] of [
    [linked, 'side', 'a.txt'],
    [join(path, 'library'), 'main', 'lib.txt'],
    [library, 'HEAD', 'lib.txt'],
  ] as const) {
    const source = await openSource({ path: place, ref }, openOptions())
    expect(await outcomesOf(source)).toEqual({ [expected]: 'index' })
    await source.close()
  }
})

test('files of git that are pipes, or gibibytes long, end with a typed error', async () => {
  using folder = temporaryFolder()
  const long = join(folder.path, 'long')
  mkdirSync(long)
  writeFileSync(join(long, '.git'), Buffer.alloc(50_000_000, 'gitdir: x'))
  await expect(openSource({ path: long }, openOptions())).rejects.toMatchObject({
    code: 'NOT_A_REPOSITORY',
  })
})
