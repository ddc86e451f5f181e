import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { inspect } from 'node:util'
import type { Credentials } from '@cairn/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { collectEvents, createWorkbench, git, shop, type Workbench, writeFiles } from './fixture.ts'
import { type Hang, hangingGitServer } from './hanging-git-server.ts'
import { privateGitServer } from './private-git-server.ts'

let bench: Workbench
beforeEach(() => {
  bench = createWorkbench()
})
afterEach(() => bench.close())

/** A bare remote, and the working copy of someone who pushes to it. */
function makeRemote(): { url: string; copy: string } {
  const copy = bench.repository('copy', shop)
  const remote = join(bench.folder, 'shop.git')
  git(bench.folder, 'clone', '--quiet', '--bare', copy, remote)
  git(copy, 'remote', 'add', 'origin', remote)
  return { url: `file://${remote}`, copy }
}

/** Commits everything in a working copy. */
function commit(copy: string, message: string, ...options: string[]): void {
  git(copy, 'add', '--all')
  git(copy, 'commit', '--quiet', '-m', message, ...options)
}

const clones = (): string[] => readdirSync(join(bench.folder, 'data', 'clones'))

test('after a force-push the index is that of the rewritten branch', async () => {
  const { url, copy } = makeRemote()
  writeFiles(copy, { 'shop/mistake.py': 'def pushed_by_mistake():\n    return 1\n' })
  commit(copy, 'Mistake')
  git(copy, 'push', '--quiet', 'origin', 'main')
  const { indexer, storage } = bench.open()
  const first = await indexer.index({ url }).finished
  expect(first.files).toMatchObject({ indexed: 6 })
  const mistake = await storage.journal.ledger.file('shop', 'shop/mistake.py')
  if (!mistake) throw new Error('not indexed')

  // The branch is not a descendant of what was indexed: its root is another commit.
  rmSync(join(copy, 'shop/mistake.py'))
  writeFiles(copy, { 'shop/prices.py': 'def parse_amount(text):\n    return int(text)\n' })
  git(copy, 'checkout', '--quiet', '--orphan', 'rewritten')
  commit(copy, 'Rewritten')
  git(copy, 'push', '--quiet', '--force', 'origin', 'rewritten:main')
  const second = await indexer.index({ url }).finished
  expect(second.commit).toBe(git(copy, 'rev-parse', 'HEAD'))
  expect(second.files).toEqual({ indexed: 1, unchanged: 4, skipped: 1, failed: 0, deleted: 1 })
  expect(await indexer.explain('shop', 'shop/mistake.py')).toMatchObject({ state: 'deleted' })
  expect((await indexer.search('pushed_by_mistake', { mode: 'lexical' })).hits).toEqual([])
  expect((await indexer.search('parse_amount', { mode: 'lexical' })).hits[0]?.path).toBe(
    'shop/prices.py',
  )
  const owners = await storage.graph.owners({ repository: 'shop', limit: 1_000 })
  expect(owners.map(({ owner }) => owner)).not.toContain(mistake.version)
  expect(await indexer.reconcile('shop')).toMatchObject({ ok: true, repaired: 0 })
  expect(clones()).toHaveLength(1)

  const fresh = bench.open({ data: 'fresh' })
  const { chunks, symbols, edges } = await fresh.indexer.index({ url }).finished
  expect(second).toMatchObject({ chunks, symbols, edges })
})

test('runs that fetch into one clone at once each get what they asked for, also after the tips moved', async () => {
  const { url, copy } = makeRemote()
  git(copy, 'checkout', '--quiet', '-b', 'feature')
  git(copy, 'push', '--quiet', 'origin', 'main', 'feature')
  const { indexer } = bench.open({ limits: { concurrentRuns: 4 } })
  const wanted = [
    { name: 'one', ref: 'main' },
    { name: 'two', ref: 'main' },
    { name: 'three', ref: 'feature' },
  ]
  for (let round = 0; round < 3; round++) {
    const runs = wanted.map((request) => indexer.index({ url, ...request }))
    const results = await Promise.all(runs.map(({ finished }) => finished))
    expect(results.map(({ commit }) => commit)).toEqual(
      wanted.map(({ ref }) => git(copy, 'rev-parse', ref)),
    )
    for (const branch of ['main', 'feature']) {
      git(copy, 'checkout', '--quiet', branch)
      writeFiles(copy, { [`${branch}.py`]: `def ${branch}():\n    return ${round}\n` })
      commit(copy, `${branch} ${round}`)
    }
    git(copy, 'push', '--quiet', 'origin', 'main', 'feature')
  }
  expect(clones()).toHaveLength(1)
})

test('a task whose credentials were refused is resumed with others, and no run keeps them', async () => {
  const { copy } = makeRemote()
  await using remote = await privateGitServer(bench.folder, 'first')
  const auth = (password: string) => (): Credentials => ({ username: 'ada', password })
  const { indexer, close } = bench.open()
  const url = `${remote.url}/shop.git`
  const refused = indexer.index({ url, auth: auth('wrong') })
  await expect(refused.finished).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' })
  const { taskId } = refused
  const resumed = await indexer.resume(taskId, { auth: auth('first') })
  expect(await resumed.finished).toMatchObject({
    taskId,
    commit: git(copy, 'rev-parse', 'HEAD'),
    files: { indexed: 5, failed: 0 },
  })
  await close()

  // The password changes, and the repository; another process goes on.
  remote.accept('second')
  writeFiles(copy, { 'shop/late.py': 'def arrive_late():\n    return 1\n' })
  commit(copy, 'Late')
  git(copy, 'push', '--quiet', 'origin', 'main')
  const later = bench.open()
  const without = await later.indexer.update('shop')
  await expect(without.finished).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' })
  expect(await later.indexer.repositories()).toMatchObject([{ commit: expect.any(String) }])
  const stale = await later.indexer.resume(without.taskId, { auth: auth('first') })
  await expect(stale.finished).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' })
  const renewed = await later.indexer.resume(without.taskId, { auth: auth('second') })
  expect(await renewed.finished).toMatchObject({
    commit: git(copy, 'rev-parse', 'HEAD'),
    files: { indexed: 1, unchanged: 5, failed: 0 },
  })
  expect(new Set(remote.asked)).toEqual(new Set(['', 'wrong', 'first', 'second']))
})

/** A remote whose objects do not fit into one read, so that a clone has a middle. */
async function makeSlowRemote() {
  const folder = join(bench.folder, 'served')
  mkdirSync(folder)
  const copy = bench.repository('served/shop', {
    ...shop,
    'noise.bin': randomBytes(1_000_000),
  })
  const server = await hangingGitServer(folder)
  return { server, url: `${server.url}/shop`, copy }
}

const hangs: [string, Hang][] = [
  ['before the remote has said a word', { connection: 1, afterBytes: 0 }],
  ['while the refs are listed', { connection: 1, afterBytes: 40 }],
  ['before the first object', { connection: 2, afterBytes: 40 }],
  ['in the middle of the objects', { connection: 2, afterBytes: 500_000 }],
]

test.each(hangs)(
  'a clone cancelled %s ends as cancelled, and the next run succeeds',
  async (_, at) => {
    const { server, url, copy } = await makeSlowRemote()
    await using _server = server
    const { indexer } = bench.open()
    const hung = server.hang(at)
    const run = indexer.index({ url })
    const { left } = await hung
    await run.cancel('Enough.')
    await expect(run.finished).rejects.toMatchObject({ code: 'CANCELLED', message: 'Enough.' })
    // Nobody is left of git's processes to hold the connection.
    await left
    expect(await indexer.status(run.taskId)).toMatchObject({
      status: 'cancelled',
      currentStage: 'cloning',
    })
    expect(clones()).toEqual([])
    const result = await indexer.index({ url }).finished
    expect(result).toMatchObject({
      commit: git(copy, 'rev-parse', 'HEAD'),
      files: { indexed: 5, skipped: 2, failed: 0 },
    })
    expect(clones()).toHaveLength(1)
  },
)

test.each(hangs)(
  'an update cancelled %s keeps the last index, and the next run updates it',
  async (_, at) => {
    const { server, url, copy } = await makeSlowRemote()
    await using _server = server
    const { indexer } = bench.open()
    const first = await indexer.index({ url }).finished
    writeFiles(copy, {
      'late.py': 'def arrive_late():\n    return 1\n',
      'noise.bin': randomBytes(1_000_000),
    })
    commit(copy, 'Later')
    const hung = server.hang(at)
    const run = indexer.index({ url })
    const { left } = await hung
    await run.cancel()
    await expect(run.finished).rejects.toMatchObject({ code: 'CANCELLED' })
    await left
    expect(await indexer.repositories()).toMatchObject([{ commit: first.commit }])
    expect((await indexer.search('parse_price', { mode: 'lexical' })).hits).not.toEqual([])
    const second = await indexer.index({ url }).finished
    expect(second).toMatchObject({
      commit: git(copy, 'rev-parse', 'HEAD'),
      files: { indexed: 1, unchanged: 5, failed: 0 },
    })
    expect(clones()).toHaveLength(1)
  },
)

test.each([
  ['from the callback', true],
  ['in the URL', false],
])(
  'wrong credentials %s fail the run with what to do, and stand in no event, log or file',
  async (_, isAsked) => {
    const secret = 's3cr3t-p4ssword'
    const server = createServer((request, response) => {
      // It echoes what it was sent, as a careless proxy does.
      response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' })
      response.end(`You said ${request.headers.authorization ?? 'nothing'}\n`)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    try {
      const { indexer, close } = bench.open()
      const url = `http://${isAsked ? '' : `ada:${secret}@`}127.0.0.1:${port}/shop.git`
      const auth = (): Credentials => ({ username: 'ada', password: secret })
      const run = indexer.index({ url, ...(isAsked ? { auth } : {}) })
      const events = collectEvents(run)
      const error: unknown = await run.finished.catch((caught: unknown) => caught)
      expect(error).toMatchObject({
        code: 'AUTHENTICATION_FAILED',
        message: `http://127.0.0.1:${port}/shop.git refused the credentials; check the user name, the password or token, and that they may read the repository.`,
      })
      const status = await indexer.status(run.taskId)
      expect(status).toMatchObject({ status: 'failed', currentStage: 'failed' })
      const { logs } = await indexer.logs(run.taskId)
      await close()
      const told = [inspect(error, { depth: null }), JSON.stringify([events, status, logs])]
      const written = readdirSync(join(bench.folder, 'data'), { recursive: true, encoding: 'utf8' })
        .map((name) => join(bench.folder, 'data', name))
        .filter((path) => statSync(path).isFile())
        .map((path) => readFileSync(path, 'latin1'))
      expect(written.length).toBeGreaterThan(0)
      for (const text of [...told, ...written]) {
        expect(text).not.toContain(secret)
        expect(text).not.toContain(Buffer.from(`ada:${secret}`).toString('base64'))
      }
    } finally {
      server.closeAllConnections()
      server.close()
    }
  },
)
