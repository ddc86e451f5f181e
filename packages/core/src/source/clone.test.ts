import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { fetchClone } from './clone.ts'
import type { CloneProgress } from './clone-progress.ts'
import {
  git,
  makeRepository,
  outcomesOf,
  temporaryFolder,
  writeFiles,
} from './fixtures/git-repositories.ts'
import {
  gitDaemon,
  httpGitServer,
  refusedPort,
  silentServer,
  webServer,
} from './fixtures/git-servers.ts'
import { type OpenSourceOptions, openSource } from './open-source.ts'

const signal = new AbortController().signal
const secret = 's3cr3t/p@ss word'

function options(root: string, more: Partial<OpenSourceOptions> = {}): OpenSourceOptions {
  return { cloneDirectory: join(root, 'clones'), languageOf: () => 'text', signal, ...more }
}

function everyFileBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

/** A repository with a second commit, a branch and an annotated tag. */
function makeOrigin(root: string): string {
  const origin = makeRepository(join(root, 'origin'), { 'a.ts': 'one\n' })
  git(origin, 'tag', '-a', 'v1', '-m', 'Version 1')
  git(origin, 'switch', '-qc', 'feature')
  writeFiles(origin, { 'feature.ts': 'feature\n' })
  git(origin, 'add', '-A')
  git(origin, 'commit', '-qm', 'Feature')
  git(origin, 'switch', '-q', 'main')
  writeFiles(origin, { 'a.ts': 'two\n', 'b.ts': 'b\n' })
  git(origin, 'add', '-A')
  git(origin, 'commit', '-qm', 'Second')
  return origin
}

test.each(['file', 'http', 'git'] as const)(
  'a %s URL is cloned shallow, without a working tree, and read from its objects',
  async (transport) => {
    using folder = temporaryFolder()
    const origin = makeOrigin(folder.path)
    await using http = await httpGitServer({ root: folder.path })
    await using daemon = await gitDaemon(folder.path)
    const base = { file: pathToFileURL(folder.path).href, http: http.url, git: daemon.url }[
      transport
    ]
    const seen: CloneProgress[] = []
    const tree = await openSource(
      { url: `${base}/origin/.git` },
      options(folder.path, { onProgress: (progress) => seen.push(progress) }),
    )
    expect(await outcomesOf(tree)).toEqual({ 'a.ts': 'index', 'b.ts': 'index' })
    expect(tree.description).toEqual({ ref: 'main', commit: git(origin, 'rev-parse', 'main') })
    expect(Buffer.from(await tree.read('a.ts', { signal })).toString()).toBe('two\n')
    await tree.close()
    const [clone = ''] = readdirSync(join(folder.path, 'clones'))
    const cloned = join(folder.path, 'clones', clone)
    expect(git(cloned, 'rev-list', '--count', 'refs/cairn/tree')).toBe('1')
    expect(git(cloned, 'rev-parse', '--is-bare-repository')).toBe('true')
    expect(seen.at(0)).toMatchObject({ percent: 0 })
    expect(seen.at(-1)).toMatchObject({ percent: 100 })
    expect(seen.at(-1)?.total).toBe(seen.at(-2)?.total)
    expect(seen.at(-1)?.processed).toBe(seen.at(-1)?.total)
    expect(seen.map((step) => step.percent)).toEqual(
      seen.map((step) => step.percent).toSorted((a, b) => a - b),
    )
    expect(seen.some((step) => step.operation === 'Counting objects' && step.total > 0)).toBe(true)
  },
)

test('a branch, a tag and a commit are each fetched by name', async () => {
  using folder = temporaryFolder()
  const origin = makeOrigin(folder.path)
  await using server = await httpGitServer({ root: folder.path })
  const url = `${server.url}/origin/.git`
  const first = git(origin, 'rev-parse', 'v1^{commit}')
  for (const [ref, expected] of [
    ['feature', { 'a.ts': 'index', 'feature.ts': 'index' }],
    ['v1', { 'a.ts': 'index' }],
    ['refs/heads/main', { 'a.ts': 'index', 'b.ts': 'index' }],
    [first, { 'a.ts': 'index' }],
  ] as const) {
    const tree = await openSource({ url, ref }, options(folder.path))
    expect(await outcomesOf(tree)).toEqual(expected)
    expect(tree.description).toEqual({ ref, commit: git(origin, 'rev-parse', `${ref}^{commit}`) })
    await tree.close()
  }
  expect(readdirSync(join(folder.path, 'clones'))).toHaveLength(1)
})

test('depth is how much history is kept, also when it grows', async () => {
  using folder = temporaryFolder()
  makeOrigin(folder.path)
  const url = `${pathToFileURL(folder.path).href}/origin`
  const count = (): string => {
    const [clone = ''] = readdirSync(join(folder.path, 'clones'))
    return git(join(folder.path, 'clones', clone), 'rev-list', '--count', 'refs/cairn/tree')
  }
  for (const [depth, commits] of [
    [1, '1'],
    [2, '2'],
    ['full', '2'],
  ] as const) {
    await (await openSource({ url, depth }, options(folder.path))).close()
    expect(count()).toBe(commits)
  }
})

test('the next run updates the clone, also after a force-push', async () => {
  using folder = temporaryFolder()
  const origin = makeOrigin(folder.path)
  const url = `${pathToFileURL(folder.path).href}/origin`
  await (await openSource({ url }, options(folder.path))).close()
  const before = readdirSync(join(folder.path, 'clones'))
  git(origin, 'reset', '-q', '--hard', 'v1')
  writeFiles(origin, { 'c.ts': 'rewritten\n' })
  git(origin, 'add', '-A')
  git(origin, 'commit', '-qm', 'Another second')
  const tree = await openSource({ url }, options(folder.path))
  expect(await outcomesOf(tree)).toEqual({ 'a.ts': 'index', 'c.ts': 'index' })
  await tree.close()
  expect(readdirSync(join(folder.path, 'clones'))).toEqual(before)
})

test('a clone that a killed process left damaged or half made is made again', async () => {
  using folder = temporaryFolder()
  const origin = makeOrigin(folder.path)
  const url = `${pathToFileURL(folder.path).href}/origin`
  await (await openSource({ url }, options(folder.path))).close()
  const clones = join(folder.path, 'clones')
  const [name = ''] = readdirSync(clones)
  writeFileSync(join(clones, name, 'shallow.lock'), '')
  const ended = Number(execFileSync(process.execPath, ['-p', 'process.pid']).toString())
  mkdirSync(join(clones, `${name}.new-${ended}-x`, 'objects'), { recursive: true })
  writeFiles(origin, { 'c.ts': 'more\n' })
  git(origin, 'add', '-A')
  git(origin, 'commit', '-qm', 'Third')
  const tree = await openSource({ url }, options(folder.path))
  expect(Object.keys(await outcomesOf(tree))).toContain('c.ts')
  await tree.close()
  expect(readdirSync(clones)).toEqual([name])
})

test('clones of one URL that are made at the same time end up as one', async () => {
  using folder = temporaryFolder()
  makeOrigin(folder.path)
  const url = `${pathToFileURL(folder.path).href}/origin`
  const trees = await Promise.all([1, 2, 3].map(() => openSource({ url }, options(folder.path))))
  for (const tree of trees) {
    expect(await outcomesOf(tree)).toEqual({ 'a.ts': 'index', 'b.ts': 'index' })
    await tree.close()
  }
  expect(readdirSync(join(folder.path, 'clones'))).toHaveLength(1)
})

test('a folder for clones that cannot be made is told as such', async () => {
  using folder = temporaryFolder()
  makeOrigin(folder.path)
  writeFileSync(join(folder.path, 'clones'), '')
  const url = `${pathToFileURL(folder.path).href}/origin`
  await expect(openSource({ url }, options(folder.path))).rejects.toMatchObject({
    code: 'STORE_READ_ONLY',
    message: expect.stringContaining(join(folder.path, 'clones')),
  })
})

test.each([
  ['user and password', { username: 'ada', password: secret }],
  ['a token', { token: secret }],
])('%s from the callback reach the remote and no other place', async (_name, answer) => {
  using folder = temporaryFolder()
  makeOrigin(folder.path)
  const username = 'token' in answer ? 'x-access-token' : answer.username
  await using server = await httpGitServer({
    root: folder.path,
    credentials: { username, password: secret },
  })
  const contexts: unknown[] = []
  const seen: CloneProgress[] = []
  const tree = await openSource(
    {
      url: `${server.url}/origin/.git`,
      auth: async (context) => {
        contexts.push(context)
        return context.attempt === 1 ? { username, password: 'stale' } : answer
      },
    },
    options(folder.path, { onProgress: (progress) => seen.push(progress) }),
  )
  expect(Object.keys(await outcomesOf(tree))).toEqual(['a.ts', 'b.ts'])
  await tree.close()
  const url = `${server.url}/origin/.git`
  expect(contexts).toEqual([
    { url, attempt: 1 },
    { url, attempt: 2 },
  ])
  const basic = Buffer.from(`${username}:${secret}`).toString('base64')
  for (const text of [
    ...everyFileBelow(join(folder.path, 'clones')).map((file) => readFileSync(file, 'latin1')),
    JSON.stringify([seen, tree.description]),
  ]) {
    for (const form of [secret, encodeURIComponent(secret), basic]) {
      expect(text).not.toContain(form)
    }
  }
})

test('user and password in the URL are used and stripped from everything kept or shown', async () => {
  using folder = temporaryFolder()
  makeOrigin(folder.path)
  const credentials = { username: 'ada', password: secret }
  await using server = await httpGitServer({ root: folder.path, credentials })
  const address = `ada:${encodeURIComponent(secret)}@127.0.0.1:${server.port}`
  const tree = await openSource({ url: `http://${address}/origin/.git` }, options(folder.path))
  await tree.close()
  for (const file of everyFileBelow(join(folder.path, 'clones'))) {
    const text = readFileSync(file, 'latin1')
    expect(text).not.toContain(secret)
    expect(text).not.toContain(encodeURIComponent(secret))
  }
})

test('wrong credentials end with a clear error without them, whatever the remote echoes', async () => {
  using folder = temporaryFolder()
  makeOrigin(folder.path)
  const credentials = { username: 'ada', password: 'right' }
  await using server = await httpGitServer({ root: folder.path, credentials })
  let asked = 0
  const opening = openSource(
    {
      url: `${server.url}/origin/.git`,
      auth: () => {
        asked++
        return { username: 'ada', password: secret }
      },
    },
    options(folder.path),
  )
  const error: unknown = await opening.catch((caught: unknown) => caught)
  expect(error).toMatchObject({
    code: 'AUTHENTICATION_FAILED',
    message: `${server.url}/origin/.git refused the credentials; check the user name, the password or token, and that they may read the repository.`,
    cause: { message: expect.stringMatching(/^fatal: could not read Username/) },
  })
  expect(asked).toBe(3)
  const shown = inspect(error, { depth: null, showHidden: true })
  for (const form of [secret, Buffer.from(`ada:${secret}`).toString('base64')]) {
    expect(shown).not.toContain(form)
  }
  await expect(
    openSource({ url: `${server.url}/origin/.git` }, options(folder.path)),
  ).rejects.toMatchObject({
    code: 'AUTHENTICATION_FAILED',
    message: `${server.url}/origin/.git asks for credentials and got none that it accepts; give them by \`auth\` or in the URL.`,
    cause: { message: expect.stringMatching(/^fatal: could not read Username/) },
  })
  expect(readdirSync(join(folder.path, 'clones'))).toEqual([])
})

test('a callback that gives up after its credentials were refused hears of that', async () => {
  using folder = temporaryFolder()
  makeOrigin(folder.path)
  await using server = await httpGitServer({
    root: folder.path,
    credentials: { username: 'ada', password: 'right' },
  })
  const opening = openSource(
    {
      url: `${server.url}/origin/.git`,
      auth: ({ attempt }) => (attempt === 1 ? { token: 'stale' } : undefined),
    },
    options(folder.path),
  )
  await expect(opening).rejects.toMatchObject({
    code: 'AUTHENTICATION_FAILED',
    message: expect.stringContaining('refused the credentials'),
  })
})

test('what a remote lacks or refuses has its own error', async () => {
  using folder = temporaryFolder()
  const origin = makeOrigin(folder.path)
  makeRepository(join(folder.path, 'empty'), {})
  await using server = await httpGitServer({ root: folder.path })
  await using daemon = await gitDaemon(folder.path)
  const url = `${server.url}/origin/.git`
  const blob = git(origin, 'rev-parse', 'HEAD:a.ts')
  const port = await refusedPort()
  const cases: Array<[source: { url: string; ref?: string }, code: string]> = [
    [{ url, ref: 'no-such-branch' }, 'REF_NOT_FOUND'],
    [{ url, ref: '0123456789012345678901234567890123456789' }, 'REF_NOT_FOUND'],
    [{ url, ref: git(origin, 'rev-parse', '--short', 'HEAD') }, 'REF_NOT_FOUND'],
    [{ url, ref: blob }, 'REF_NOT_FOUND'],
    [{ url, ref: 'main:refs/heads/other' }, 'REF_NOT_FOUND'],
    [{ url: `${server.url}/nothing/.git` }, 'SOURCE_NOT_FOUND'],
    [{ url: `${daemon.url}/nothing/.git` }, 'SOURCE_NOT_FOUND'],
    [{ url: `${pathToFileURL(folder.path).href}/nothing` }, 'SOURCE_NOT_FOUND'],
    [{ url: `${server.url}/empty/.git` }, 'EMPTY_REPOSITORY'],
    [{ url: `http://127.0.0.1:${port}/x` }, 'REMOTE_UNREACHABLE'],
    [{ url: `git://127.0.0.1:${port}/x` }, 'REMOTE_UNREACHABLE'],
    [{ url: 'http://no-such-host.invalid/x' }, 'REMOTE_UNREACHABLE'],
  ]
  for (const [source, code] of cases) {
    const error: unknown = await openSource(source, options(folder.path)).catch(
      (caught: unknown) => caught,
    )
    expect([source, error]).toMatchObject([source, { code }])
  }
  expect(readdirSync(join(folder.path, 'clones'))).toEqual([])
})

test.each([
  ['a page', '<!doctype html>\n<html><body>Hello</body></html>\n'],
  ['a page in one line', '<!doctype html><html><body>Hello</body></html>'],
  ['a page with tabs', '<a>\t<b>\n'],
  ['a word', 'hello'],
  ['nothing', ''],
])('a URL that answers with %s is told as no repository', async (_, page) => {
  using folder = temporaryFolder()
  await using server = await webServer(page)
  for (const ref of [undefined, 'main']) {
    const source = { url: `${server.url}/shop`, ...(ref ? { ref } : {}) }
    await expect(openSource(source, options(folder.path))).rejects.toMatchObject({
      code: 'NOT_A_REPOSITORY',
      recoverable: false,
      message: expect.stringContaining(`${server.url}/shop`),
    })
  }
  expect(readdirSync(join(folder.path, 'clones'))).toEqual([])
})

test('what git says of a remote is told without the query of its URL, which may be a token', async () => {
  using folder = temporaryFolder()
  const url = `http://127.0.0.1:${await refusedPort()}/x.git`
  const opening = openSource({ url: `${url}?private_token=s3cret` }, options(folder.path))
  const error: unknown = await opening.catch((caught: unknown) => caught)
  expect(error).toMatchObject({
    code: 'REMOTE_UNREACHABLE',
    message: expect.stringContaining(`${url} cannot be fetched: `),
  })
  expect(inspect(error, { depth: null, showHidden: true })).not.toContain('s3cret')
})

test('cancelling ends git at any point and leaves no half-made clone', async () => {
  using folder = temporaryFolder()
  makeOrigin(folder.path)
  // Two requests ask for the refs, three more for the objects.
  for (const request of [1, 2, 3, 4, 5]) {
    const controller = new AbortController()
    let requests = 0
    const onRequest = (): boolean => {
      requests++
      if (requests < request) return true
      controller.abort()
      return false
    }
    await using server = await httpGitServer({ root: folder.path, onRequest })
    await expect(
      openSource(
        { url: `${server.url}/origin/.git` },
        options(folder.path, { signal: controller.signal }),
      ),
    ).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(requests).toBe(request)
    expect(readdirSync(join(folder.path, 'clones'))).toEqual([])
  }
})

test('a remote that says nothing is given up', async () => {
  using folder = temporaryFolder()
  await using server = await silentServer()
  await expect(
    fetchClone(
      { url: `${server.url}/x` },
      { cloneDirectory: join(folder.path, 'clones'), signal, silenceMs: 200 },
    ),
  ).rejects.toMatchObject({ code: 'REMOTE_UNREACHABLE', recoverable: true })
})

test.each([42, 'token', { token: 1 }, { user: 'ada' }])(
  'an auth callback that gives %j is told what to give',
  async (answer) => {
    using folder = temporaryFolder()
    const auth = (): never => answer as never
    const opening = openSource({ url: 'https://example.invalid/x', auth }, options(folder.path))
    await expect(opening).rejects.toMatchObject({
      code: 'INVALID_OPTIONS',
      message: expect.stringContaining('{token}'),
    })
  },
)

test('an auth callback that throws or never answers ends the run, not the host', async () => {
  using folder = temporaryFolder()
  const url = 'https://example.invalid/x'
  const failing = openSource(
    {
      url,
      auth: () => {
        throw new Error('vault is sealed')
      },
    },
    options(folder.path),
  )
  await expect(failing).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' })
  const controller = new AbortController()
  const silent = openSource(
    {
      url,
      auth: () => {
        controller.abort()
        return new Promise(() => {})
      },
    },
    options(folder.path, { signal: controller.signal }),
  )
  await expect(silent).rejects.toMatchObject({ code: 'CANCELLED' })
})
