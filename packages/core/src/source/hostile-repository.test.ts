import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
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
import { openOptions } from './fixtures/open-options.ts'
import { openSource } from './open-source.ts'

const signal = new AbortController().signal
const isWindows = process.platform === 'win32'

test.skipIf(isWindows)('nothing that a repository’s configuration names is executed', async () => {
  using folder = temporaryFolder()
  const marker = join(folder.path, 'executed')
  const command = join(folder.path, 'evil.sh')
  writeFileSync(command, `#!/bin/sh\necho "$0 $@" >> ${marker}\ncat\n`, { mode: 0o755 })
  const root = makeRepository(join(folder.path, 'repo'), {
    'a.txt': 'a\n',
    '.gitattributes': '* filter=evil diff=evil\n',
  })
  const config = `
[core]
  fsmonitor = ${command}
  pager = ${command}
  sshCommand = ${command}
  askPass = ${command}
  editor = ${command}
  hooksPath = ${folder.path}/hooks
  alternateRefsCommand = ${command}
  gitProxy = ${command}
[filter "evil"]
  clean = ${command}
  smudge = ${command}
  process = ${command}
  required = true
[diff]
  external = ${command}
[diff "evil"]
  textconv = ${command}
  command = ${command}
[alias]
  ls-files = !${command}
  cat-file = !${command}
  rev-parse = !${command}
[extensions]
  partialClone = origin
[remote "origin"]
  url = ext::${command}
  promisor = true
  uploadpack = ${command}
[credential]
  helper = !${command}
[gc]
  auto = 1
[protocol]
  allow = always
[protocol "ext"]
  allow = always
`
  mkdirSync(join(folder.path, 'hooks'))
  for (const hook of [
    'post-index-change',
    'reference-transaction',
    'post-checkout',
    'fsmonitor-watchman',
  ]) {
    symlinkSync(command, join(folder.path, 'hooks', hook))
    symlinkSync(command, join(root, '.git', 'hooks', hook))
  }
  // An object that is missing would be fetched from the promisor.
  const blob = git(root, 'rev-parse', 'HEAD:a.txt')
  writeFileSync(join(root, '.git', 'config'), readFileSync(join(root, '.git', 'config')) + config)
  writeFiles(root, { 'new.txt': 'new\n' })
  const working = await openSource({ path: root }, openOptions())
  expect(await outcomesOf(working)).toEqual({
    '.gitattributes': 'index',
    'a.txt': 'index',
    'new.txt': 'index',
  })
  await working.close()
  rmSync(join(root, '.git', 'objects', blob.slice(0, 2), blob.slice(2)))
  const committed = await openSource({ path: root, ref: 'main' }, openOptions())
  expect(await outcomesOf(committed)).toEqual({ '.gitattributes': 'index', 'a.txt': 'unreadable' })
  await committed.close()
  expect(existsSync(marker)).toBe(false)
})

test('a worktree setting cannot lead outside the folder that was asked for', async () => {
  using folder = temporaryFolder()
  const root = makeRepository(join(folder.path, 'repo'), { 'a.txt': 'a\n' })
  writeFiles(folder.path, { 'private/secret.txt': 'secret\n' })
  git(root, 'config', 'core.worktree', join(folder.path, 'private'))
  writeFiles(root, { 'new.txt': 'new\n' })
  expect(await outcomesOf(await openSource({ path: root }, openOptions()))).toEqual({
    'a.txt': 'index',
    'new.txt': 'index',
  })
})

test('a .git that leads to a stranger’s repository is refused', async () => {
  using folder = temporaryFolder()
  const victim = makeRepository(join(folder.path, 'victim'), { 'secret.txt': 'secret\n' })
  const byFile = join(folder.path, 'by-file')
  writeFiles(byFile, { '.git': `gitdir: ${join(victim, '.git')}\n` })
  const byCommonFolder = join(folder.path, 'by-common')
  writeFiles(byCommonFolder, {
    '.git/HEAD': 'ref: refs/heads/main\n',
    '.git/commondir': `${join(victim, '.git')}\n`,
  })
  const byLink = join(folder.path, 'by-link')
  mkdirSync(byLink)
  symlinkSync(join(victim, '.git'), join(byLink, '.git'), 'junction')
  for (const path of [byFile, byCommonFolder, byLink]) {
    for (const source of [{ path }, { path, ref: 'main' }]) {
      await expect(openSource(source, openOptions())).rejects.toMatchObject({
        code: 'NOT_A_REPOSITORY',
      })
    }
  }
})

test('linked worktrees and submodules are followed to their repository', async () => {
  using folder = temporaryFolder()
  const main = makeRepository(join(folder.path, 'main'), { 'a.txt': 'a\n' })
  const linked = join(folder.path, 'linked')
  git(main, 'worktree', 'add', '-q', linked, '-b', 'side')
  writeFiles(linked, { 'b.txt': 'b\n' })
  const tree = await openSource({ path: linked }, openOptions())
  expect(await outcomesOf(tree)).toEqual({ 'a.txt': 'index', 'b.txt': 'index' })
  expect(tree.description.ref).toBe('side')
  const library = makeRepository(join(folder.path, 'library'), { 'lib.txt': 'lib\n' })
  git(main, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', library, 'library')
  const outer = await openSource({ path: main }, openOptions())
  expect(await outcomesOf(outer)).toEqual({
    '.gitmodules': 'index',
    'a.txt': 'index',
    library: 'submodule',
  })
  const inner = await openSource({ path: join(main, 'library') }, openOptions())
  expect(await outcomesOf(inner)).toEqual({ 'lib.txt': 'index' })
})

test('symbolic links are named and never followed, in a loop, out of the tree or swapped in', async () => {
  using folder = temporaryFolder()
  writeFiles(folder.path, { 'outside/secret.txt': 'secret\n' })
  const files = { 'in/a.txt': 'a\n', 'b.txt': 'b\n' }
  const repository = makeRepository(join(folder.path, 'repo'), files)
  const plain = join(folder.path, 'plain')
  writeFiles(plain, files)
  for (const root of [repository, plain]) {
    symlinkSync('loop', join(root, 'loop'))
    symlinkSync('..', join(root, 'in', 'up'))
    symlinkSync(join(folder.path, 'outside'), join(root, 'out'))
    symlinkSync(join(folder.path, 'outside', 'secret.txt'), join(root, 'out.txt'))
    const expected = {
      'b.txt': 'index',
      'in/a.txt': 'index',
      'in/up': 'symlink',
      loop: 'symlink',
      out: 'symlink',
      'out.txt': 'symlink',
    }
    const tree = await openSource({ path: root }, openOptions())
    expect(await outcomesOf(tree)).toEqual(expected)
    // A folder that was listed becomes a link before its file is read.
    renameSync(join(root, 'in'), join(folder.path, 'moved'))
    writeFiles(folder.path, { 'outside/a.txt': 'secret\n' })
    symlinkSync(join(folder.path, 'outside'), join(root, 'in'))
    await expect(tree.read('in/a.txt', { signal })).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
    })
    expect(await outcomesOf(tree)).not.toHaveProperty('in/a.txt')
    expect((await outcomesOf(await openSource({ path: root }, openOptions()))).in).toBe('symlink')
    rmSync(join(folder.path, 'moved'), { recursive: true })
  }
  for (const path of ['../outside/secret.txt', '/etc/passwd', 'b.txt/..', '.']) {
    const tree = await openSource({ path: repository }, openOptions())
    await expect(tree.read(path, { signal })).rejects.toMatchObject({ code: 'FILE_UNREADABLE' })
  }
})

test.skipIf(isWindows)(
  'an ignore file that is a symbolic link out of the tree ignores nothing',
  async () => {
    using folder = temporaryFolder()
    writeFiles(folder.path, { 'outside/rules': '*.txt\n' })
    const files = { 'a.txt': 'a\n', 'in/b.txt': 'b\n' }
    const plain = join(folder.path, 'plain')
    writeFiles(plain, files)
    const repository = makeRepository(join(folder.path, 'repo'), {})
    writeFiles(repository, files)
    for (const root of [plain, repository]) {
      for (const name of ['.gitignore', 'in/.gitignore', '.gitattributes']) {
        symlinkSync(join(folder.path, 'outside', 'rules'), join(root, name))
      }
      expect(await outcomesOf(await openSource({ path: root }, openOptions()))).toEqual({
        '.gitattributes': 'symlink',
        '.gitignore': 'symlink',
        'a.txt': 'index',
        'in/.gitignore': 'symlink',
        'in/b.txt': 'index',
      })
    }
  },
)

test.skipIf(isWindows)('any name a file can have is listed, in every kind of source', async () => {
  using folder = temporaryFolder()
  const names = [
    '-rf',
    '--help',
    ' a ',
    'new\nline',
    'tab\there',
    '"quoted"',
    "it's",
    'ünï-日本',
    'back\\slash',
    ':(glob)*',
    '\u001b[31mred',
    '*?[x]',
    '{a,b}',
    '$HOME',
    '%41',
  ]
  const files = Object.fromEntries(names.map((name) => [`folder/${name}`, `${name}\n`]))
  const root = makeRepository(join(folder.path, 'repo'), files)
  const plain = join(folder.path, 'plain')
  writeFiles(plain, files)
  for (const source of [{ path: root }, { path: root, ref: 'HEAD' }, { path: plain }]) {
    const tree = await openSource(source, openOptions())
    const outcomes = await outcomesOf(tree)
    expect(outcomes).toEqual(Object.fromEntries(Object.keys(files).map((path) => [path, 'index'])))
    for (const [path, content] of Object.entries(files)) {
      expect(Buffer.from(await tree.read(path, { signal })).toString()).toBe(content)
    }
    await tree.close()
  }
})

test.runIf(process.platform === 'linux')(
  'a name that is not UTF-8 costs that file only, in every kind of source',
  async () => {
    using folder = temporaryFolder()
    const root = makeRepository(join(folder.path, 'repo'), { 'a.txt': 'a\n' })
    const plain = join(folder.path, 'plain')
    writeFiles(plain, { 'a.txt': 'a\n' })
    for (const place of [root, plain]) {
      writeFileSync(
        Buffer.concat([Buffer.from(`${place}/caf`), Buffer.from([0xe9]), Buffer.from('.txt')]),
        'x',
      )
    }
    git(root, 'add', '-A')
    git(root, 'commit', '-qm', 'Latin-1')
    for (const source of [{ path: root }, { path: root, ref: 'HEAD' }, { path: plain }]) {
      const tree = await openSource(source, openOptions())
      expect(await outcomesOf(tree)).toEqual({ 'a.txt': 'index', 'caf\\xe9.txt': 'unreadable' })
      await tree.close()
    }
  },
)

test('a thousand levels of folders are listed', async () => {
  using folder = temporaryFolder()
  const deep = `${'d/'.repeat(1_000)}a.txt`
  const root = makeRepository(join(folder.path, 'repo'), { [deep]: 'a\n' })
  const plain = join(folder.path, 'plain')
  writeFiles(plain, { [deep]: 'a\n' })
  for (const source of [{ path: root }, { path: root, ref: 'HEAD' }, { path: plain }]) {
    const tree = await openSource(source, openOptions())
    expect(await outcomesOf(tree)).toEqual({ [deep]: 'index' })
    await tree.close()
  }
})

test.skipIf(isWindows)('pipes and other special files are not opened for reading', async () => {
  using folder = temporaryFolder()
  const root = join(folder.path, 'plain')
  writeFiles(root, { 'a.txt': 'a\n' })
  execFileSync('mkfifo', [join(root, 'pipe'), join(root, '.gitignore')])
  const outcomes = await outcomesOf(await openSource({ path: root }, openOptions()))
  expect(outcomes).toEqual({ '.gitignore': 'unreadable', 'a.txt': 'index', pipe: 'unreadable' })
  // In a repository: a tracked file that became a pipe.
  const repository = makeRepository(join(folder.path, 'repo'), { 'a.txt': 'a\n', 'b.txt': 'b\n' })
  rmSync(join(repository, 'a.txt'))
  execFileSync('mkfifo', [join(repository, 'a.txt')])
  expect(await outcomesOf(await openSource({ path: repository }, openOptions()))).toEqual({
    'a.txt': 'unreadable',
    'b.txt': 'index',
  })
})

test.skipIf(isWindows)('an ignore file that is a pipe holds git up for a moment only', async () => {
  using folder = temporaryFolder()
  const root = makeRepository(join(folder.path, 'repo'), {
    'a.txt': 'a\n',
    'in/.gitignore': 'kept out\n',
    'in/b.txt': 'b\n',
    'out/c.txt': 'c\n',
  })
  rmSync(join(root, 'in', '.gitignore'))
  const pipes = ['.gitignore', 'in/.gitignore', 'out/.gitignore', '.gitattributes']
  for (const pipe of pipes) execFileSync('mkfifo', [join(root, pipe)])
  writeFiles(root, { 'new.txt': 'new\n' })
  const tree = await openSource({ path: root }, openOptions())
  expect(await outcomesOf(tree)).toEqual({
    '.gitignore': 'unreadable',
    'a.txt': 'index',
    'in/.gitignore': 'unreadable',
    'in/b.txt': 'index',
    'new.txt': 'index',
    'out/.gitignore': 'unreadable',
    'out/c.txt': 'index',
  })
  await tree.close()
})

test('an ignore rule that would take a regular expression for ever takes no time', async () => {
  using folder = temporaryFolder()
  const root = join(folder.path, 'plain')
  writeFiles(root, {
    '.gitignore': `${'*a'.repeat(60)}*b\n${'**/a'.repeat(20)}/**/b\n[${'[:alpha:]'.repeat(1_000)}]x\n`,
    [`${'a'.repeat(200)}c`]: 'x\n',
    // As long as an ignore file may be, and nothing but one rule.
    'folders/.gitignore': `${'**/'.repeat(33_000)}b\n`,
    'folders/a/a/a': 'x\n',
    'stars/.gitignore': `${'*a'.repeat(45_000)}b\n`,
    'stars/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa': 'x\n',
    'huge/.gitignore': `kept\n${'never-there\n'.repeat(80_000)}`,
    'huge/kept': 'x\n',
  })
  expect(await outcomesOf(await openSource({ path: root }, openOptions()))).toEqual({
    '.gitignore': 'index',
    [`${'a'.repeat(200)}c`]: 'index',
    'folders/.gitignore': 'minified',
    'folders/a/a/a': 'index',
    'huge/.gitignore': 'index',
    'stars/.gitignore': 'minified',
    'stars/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa': 'index',
  })
})

// Only root can give a folder away.
test.runIf(process.getuid?.() === 0)('a repository of another user is read', async () => {
  using folder = temporaryFolder()
  const root = makeRepository(join(folder.path, 'repo'), { 'a.txt': 'a\n' })
  execFileSync('chown', ['-R', '65534', root])
  for (const source of [{ path: root }, { path: root, ref: 'main' }]) {
    const tree = await openSource(source, openOptions())
    expect(await entriesOf(tree)).toHaveLength(1)
    await tree.close()
  }
})
