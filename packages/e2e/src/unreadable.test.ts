import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { IndexResult, LocalSource } from '@cairn/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createWorkbench, moduleArguments, shop, type Workbench, writeFiles } from './fixture.ts'

let bench: Workbench
let closed: string[]
beforeEach(() => {
  bench = createWorkbench()
  closed = []
})
afterEach(async () => {
  // Who is not root could not remove what it may not read.
  for (const path of closed) chmodSync(path, 0o700)
  await bench.close()
})

/** Takes every right away from a file or folder. */
function close(path: string): void {
  chmodSync(path, 0)
  closed.push(path)
}

/**
 * Indexes a folder in another process, into the data of the workbench. Permissions do not bind the
 * superuser, so the process of a test that is one runs as nobody, who owns all of it.
 */
function indexWithoutPrivileges(source: LocalSource): { uid: number; result: IndexResult } {
  const isRoot = process.getuid?.() === 0
  const nobody = 65_534
  mkdirSync(join(bench.folder, 'data'), { recursive: true })
  if (isRoot) execFileSync('chown', ['-R', `${nobody}:${nobody}`, bench.folder])
  const script = `
    import { createIndexer } from '@cairn/core'
    import { sqlite } from '@cairn/store-sqlite'
    import { staticEmbedder } from '@cairn/embedder-static'
    const data = ${JSON.stringify(join(bench.folder, 'data'))}
    const storage = sqlite({ path: data + '/cairn.db' })
    const embedder = staticEmbedder({ threads: 1 })
    const indexer = createIndexer({ storage, embedder, cloneDirectory: data + '/clones' })
    const result = await indexer.index(${JSON.stringify(source)}).finished
    await indexer.close()
    await embedder.close()
    await storage.close()
    process.stdout.write(JSON.stringify({ uid: process.getuid(), result }))
  `
  const child = spawnSync(process.execPath, moduleArguments(script), {
    cwd: import.meta.dirname,
    encoding: 'utf8',
    env: { ...process.env, HOME: bench.folder },
    ...(isRoot ? { uid: nobody, gid: nobody } : {}),
  })
  expect(child.stderr).toBe('')
  const answer: { uid: number; result: IndexResult } = JSON.parse(child.stdout)
  expect(answer.uid).not.toBe(0)
  return answer
}

// Windows has no such permissions.
const runs = test.runIf(process.platform !== 'win32')

runs(
  'a tracked file without read permission is skipped with its error, the others are indexed',
  async () => {
    const path = bench.repository('shop', { ...shop, 'secret.py': 'def hidden():\n    return 1\n' })
    close(join(path, 'secret.py'))
    const { result } = indexWithoutPrivileges({ path })
    expect(result.files).toEqual({ indexed: 5, unchanged: 0, skipped: 2, failed: 0, deleted: 0 })
    const problem = {
      path: 'secret.py',
      outcome: 'skipped',
      reason: 'unreadable',
      detail: expect.stringContaining('permission'),
      error: { errorType: 'FILE_UNREADABLE', filePath: 'secret.py', stage: 'analyzing' },
    }
    expect(result.problems).toMatchObject([
      { path: 'logo.bin', reason: 'binary', error: null },
      problem,
    ])
    const { indexer } = bench.open()
    expect(await indexer.status(result.taskId)).toMatchObject({
      status: 'completed',
      overallProgress: 100,
      errorsCount: 0,
    })
    expect(await indexer.explain('shop', 'secret.py')).toMatchObject({
      state: 'skipped',
      reason: 'unreadable',
      error: { errorType: 'FILE_UNREADABLE' },
    })
    expect((await indexer.search('retryRequest', { mode: 'lexical' })).hits[0]?.path).toBe(
      'web/retry.ts',
    )
    expect(await indexer.reconcile('shop')).toMatchObject({ ok: true })
  },
)

runs(
  'a file that could be read before goes out of the index, and comes back with its permission',
  async () => {
    const path = bench.repository('shop', { ...shop, 'secret.py': 'def hidden():\n    return 1\n' })
    expect(indexWithoutPrivileges({ path }).result.files).toMatchObject({ indexed: 6, skipped: 1 })
    close(join(path, 'secret.py'))
    const { result } = indexWithoutPrivileges({ path })
    expect(result.files).toMatchObject({ indexed: 0, unchanged: 5, skipped: 2, failed: 0 })
    const reader = bench.open()
    expect((await reader.indexer.search('hidden', { mode: 'lexical' })).hits).toEqual([])
    await reader.close()
    chmodSync(join(path, 'secret.py'), 0o600)
    expect(indexWithoutPrivileges({ path }).result.files).toMatchObject({
      indexed: 1,
      unchanged: 5,
    })
  },
)

runs('a folder that may not be opened is named, with each file of it that Git knows', async () => {
  const path = bench.repository('shop', {
    ...shop,
    'known/a.py': 'def a():\n    return 1\n',
  })
  writeFiles(path, { 'new "folder"/b.py': 'def b():\n    return 1\n', 'new.py': 'fresh = 1\n' })
  close(join(path, 'known'))
  close(join(path, 'new "folder"'))
  const { result } = indexWithoutPrivileges({ path })
  expect(result.files).toMatchObject({ indexed: 6, failed: 0 })
  const unreadable = result.problems.filter(({ reason }) => reason === 'unreadable')
  expect(unreadable.map((problem) => [problem.path, problem.error?.errorType])).toEqual([
    ['known', 'FILE_UNREADABLE'],
    ['known/a.py', 'FILE_UNREADABLE'],
    ['new "folder"', 'FILE_UNREADABLE'],
  ])
  expect(unreadable[2]?.detail).toBe('The folder cannot be read: Permission denied.')
})

runs('below a folder of a repository, a closed folder is named by its path there', async () => {
  const path = bench.repository('shop', shop)
  writeFiles(path, { 'web/new/b.py': 'def b():\n    return 1\n' })
  close(join(path, 'web/new'))
  const { result } = indexWithoutPrivileges({ path: join(path, 'web') })
  expect(result.problems).toMatchObject([{ path: 'new', reason: 'unreadable' }])
  expect(result.files).toMatchObject({ indexed: 2, skipped: 1 })
})

runs('in a plain folder what may not be read is skipped too', async () => {
  const plain = join(bench.folder, 'plain')
  writeFiles(plain, { ...shop, 'closed/c.py': 'def c():\n    return 1\n' })
  close(join(plain, 'shop/cart.py'))
  close(join(plain, 'closed'))
  const { result } = indexWithoutPrivileges({ path: plain })
  expect(result.files).toMatchObject({ indexed: 4, skipped: 3, failed: 0 })
  expect(
    result.problems.filter(({ reason }) => reason === 'unreadable').map((problem) => problem.path),
  ).toEqual(['closed', 'shop/cart.py'])
})

runs('a commit is read whole, whatever may be read of the working tree', async () => {
  const path = bench.repository('shop', shop)
  close(join(path, 'shop/cart.py'))
  expect(indexWithoutPrivileges({ path }).result.files).toMatchObject({ indexed: 4, skipped: 2 })
  const { result } = indexWithoutPrivileges({ path, ref: 'main' })
  expect(result.files).toMatchObject({ indexed: 1, unchanged: 4, skipped: 1 })
})
