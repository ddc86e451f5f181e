/** Trees, objects and indexes that git would not write, and repositories whose objects are another's. */
import { execFile, execFileSync } from 'node:child_process'
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
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
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
  const listed = openSource({ path, ...ofMain }, openOptions())
    .then(outcomesOf)
    .then(() => 'listed')
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
    for (const source of [{ path, ...ofMain }, { url: href }]) {
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

test.skipIf(process.platform === 'win32')(
  'a .git file that is very long, and git files that are pipes, keep nobody waiting',
  async () => {
    using folder = temporaryFolder()
    const long = join(folder.path, 'long')
    mkdirSync(long)
    writeFileSync(join(long, '.git'), Buffer.alloc(50_000_000, 'gitdir: x'))
    await expect(openSource({ path: long }, openOptions())).rejects.toMatchObject({
      code: 'NOT_A_REPOSITORY',
    })
    const path = makeRepository(join(folder.path, 'pipes'), { 'a.txt': 'a\n' })
    rmSync(join(path, '.git', 'refs', 'heads', 'main'))
    const pipes = ['refs/heads/main', 'refs/heads/other', 'objects/info/alternates', 'commondir']
    for (const name of pipes) execFileSync('mkfifo', [join(path, '.git', name)])
    await expect(openSource({ path, ...ofMain }, openOptions())).rejects.toMatchObject({
      code: 'NOT_A_REPOSITORY',
    })
  },
)

// The memory of a process of its own, which lists the source and prints what it took at most.
async function listedApart(
  path: string,
): Promise<{ files: number; large: number; ref: string; megabytes: number }> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--conditions=@cairn/source',
    '--disable-warning=ExperimentalWarning',
    '--input-type=module',
    '-e',
    `import { readFileSync } from 'node:fs'
    import { openSource } from ${JSON.stringify(import.meta.resolve('./open-source.ts'))}
    const { signal } = new AbortController()
    const source = await openSource(
      { path: ${JSON.stringify(path)}, ref: 'main' },
      { cloneDirectory: '/nowhere', languageOf: () => 'text', signal },
    )
    const counts = { files: 0, large: 0 }
    for await (const { kind, file } of source.list({ signal })) {
      if (kind === 'file') counts.files++
      else if (file.reason === 'too_large') counts.large++
    }
    await source.close()
    const [, kilobytes] = /VmHWM:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))
    const megabytes = kilobytes / 1024
    console.log(JSON.stringify({ ...counts, ref: source.description.ref, megabytes }))`,
  ])
  return JSON.parse(stdout)
}

test.runIf(process.platform === 'linux')(
  'a folder of 100,000 files, a blob of a gibibyte and 10,000 refs take little memory',
  async () => {
    using folder = temporaryFolder()
    const path = makeRepository(join(folder.path, 'repo'), {})
    const blob = writeBlob(path, 'x = 1\n')
    const files = Array.from(
      { length: 100_000 },
      (_, index): HandMadeEntry => ['100644', `f${`${index}`.padStart(6, '0')}.py`, blob],
    )
    const commit = commitTree(
      path,
      writeTree(path, [...files, ['100644', 'gibibyte.bin', writeZeros(path, 1_024)]]),
    )
    const refs = Array.from({ length: 10_000 }, (_, index) => `${commit} refs/heads/b${index}\n`)
    writeFileSync(
      join(path, '.git', 'packed-refs'),
      `# pack-refs with: peeled fully-peeled \n${refs.join('')}`,
    )
    const { megabytes, ...listed } = await listedApart(path)
    expect(listed).toEqual({ files: 100_000, large: 1, ref: 'main' })
    // A Node process with this loaded has 100; the paths and ids of 100,000 files are some tens.
    expect(megabytes).toBeLessThan(350)
  },
)

test.skipIf(process.platform === 'win32')(
  'a file URL of a hostile repository runs nothing of its configuration',
  async () => {
    using folder = temporaryFolder()
    const marker = join(folder.path, 'executed')
    const command = join(folder.path, 'evil.sh')
    writeFileSync(command, `#!/bin/sh\necho "$0 $@" >> ${marker}\n`, { mode: 0o755 })
    const path = makeRepository(join(folder.path, 'repo'), {
      'a.txt': 'a\n',
      '.gitattributes': '* filter=evil diff=evil export-subst\n',
      '.gitmodules': `[submodule "x"]\n\tpath = x\n\turl = ext::${command}\n\tupdate = !${command}\n`,
    })
    for (const hook of ['pre-receive', 'post-update', 'reference-transaction', 'pre-auto-gc']) {
      symlinkSync(command, join(path, '.git', 'hooks', hook))
    }
    const config = join(path, '.git', 'config')
    const included = join(folder.path, 'included')
    writeFileSync(
      config,
      `${readFileSync(config, 'utf8')}
[include]
  path = ${included}
[uploadpack]
  packObjectsHook = ${command}
[core]
  fsmonitor = ${command}
  sshCommand = ${command}
  alternateRefsCommand = ${command}
  hooksPath = ${join(path, '.git', 'hooks')}
[credential]
  helper = !${command}
[trace2]
  eventTarget = ${marker}
[gc]
  auto = 1
`,
    )
    writeFileSync(included, `[core]\n\tgitProxy = ${command}\n\tpager = ${command}\n`)
    const options = openOptions({ cloneDirectory: join(folder.path, 'clones') })
    for (const source of [{ url: pathToFileURL(path).href }, { path, ...ofMain }, { path }]) {
      const tree = await openSource(source, options)
      expect(await outcomesOf(tree)).toEqual({
        '.gitattributes': 'index',
        '.gitmodules': 'index',
        'a.txt': 'index',
      })
      await tree.close()
    }
    expect(existsSync(marker)).toBe(false)
  },
)

test.skipIf(process.platform === 'win32')(
  'the host’s own git settings stay trusted, but for programs that a listing does not need',
  async () => {
    using folder = temporaryFolder()
    const marker = join(folder.path, 'executed')
    const command = join(folder.path, 'tool.sh')
    writeFileSync(command, `#!/bin/sh\necho "$0 $@" >> ${marker}\ncat\n`, { mode: 0o755 })
    const origin = makeRepository(join(folder.path, 'origin'), { 'a.txt': 'a\n', 'b.log': 'b\n' })
    writeFiles(folder.path, {
      'home/ignored': '*.log\n',
      'home/.gitconfig': `[core]
  hooksPath = ${folder.path}
  fsmonitor = ${command}
  attributesFile = ${folder.path}/home/attributes
[filter "tool"]
  clean = ${command}
  smudge = ${command}
  required = true
[diff]
  external = ${command}
[include]
  path = more
[url "file://${folder.path}/"]
  insteadOf = https://git.example.org/
[protocol "file"]
  allow = always
`,
      'home/attributes': '* filter=tool\n',
      'home/more': `[core]\n\texcludesFile = ${folder.path}/home/ignored\n`,
    })
    const { HOME } = process.env
    process.env.HOME = join(folder.path, 'home')
    try {
      writeFiles(origin, { 'new.log': 'new\n', 'new.txt': 'new\n' })
      expect(await outcomesOf(await openSource({ path: origin }, openOptions()))).toEqual({
        'a.txt': 'index',
        'b.log': 'index',
        'new.txt': 'index',
      })
      // Where another address stands for one, the transport that was asked for is kept to.
      const cloneDirectory = join(folder.path, 'clones')
      await expect(
        openSource({ url: 'https://git.example.org/origin' }, openOptions({ cloneDirectory })),
      ).rejects.toMatchObject({ code: 'URL_REFUSED' })
    } finally {
      process.env.HOME = HOME
    }
    expect(existsSync(marker)).toBe(false)
  },
)
