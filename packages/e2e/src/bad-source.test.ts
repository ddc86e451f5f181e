import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Indexer } from '@cairn/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createWorkbench, git, shop, type Workbench, writeFiles } from './fixture.ts'

let bench: Workbench
beforeEach(() => {
  bench = createWorkbench()
})
afterEach(() => bench.close())

test.each([
  ['a path that is not there', { path: '/nowhere/at/all' }, 'SOURCE_NOT_FOUND'],
  ['a remote that is not there', { url: 'file:///nowhere/at/all' }, 'SOURCE_NOT_FOUND'],
  ['a refused port', { url: 'http://127.0.0.1:9/a.git' }, 'REMOTE_UNREACHABLE'],
])('%s fails the run with %o', async (_, request, code) => {
  const { indexer } = bench.open({ limits: { retries: 0 } })
  const run = indexer.index(request)
  await expect(run.finished).rejects.toMatchObject({ code })
  const status = await indexer.status(run.taskId)
  expect(status).toMatchObject({ status: 'failed', currentStage: 'failed' })
  expect(status.errorMessage).toBeTruthy()
})

test('an unknown ref, and a ref of a plain folder, fail with a name', async () => {
  const { indexer } = bench.open()
  const path = bench.repository('shop', shop)
  await expect(indexer.index({ path, ref: 'no-such' }).finished).rejects.toMatchObject({
    code: 'REF_NOT_FOUND',
  })
  const plain = join(bench.folder, 'plain')
  mkdirSync(plain)
  await expect(indexer.index({ path: plain, ref: 'main' }).finished).rejects.toMatchObject({
    code: 'NOT_A_REPOSITORY',
  })
})

test('a folder that is no repository is indexed as it stands', async () => {
  const plain = join(bench.folder, 'plain')
  writeFiles(plain, { ...shop, '.gitignore': '*.bin\n' })
  const { indexer } = bench.open()
  const result = await indexer.index({ path: plain }).finished
  expect(result).toMatchObject({ repository: 'plain', ref: null, commit: null })
  expect(result.files).toEqual({ indexed: 6, unchanged: 0, skipped: 0, failed: 0, deleted: 0 })
  expect((await indexer.search('retry a failed request')).hits[0]?.symbol).toBe('retryRequest')
})

test('a repository without commits says so', async () => {
  const path = join(bench.folder, 'fresh')
  mkdirSync(path)
  git(path, 'init', '--quiet')
  const { indexer } = bench.open()
  await expect(indexer.index({ path }).finished).rejects.toMatchObject({ code: 'EMPTY_REPOSITORY' })
})

test.each([
  [{ url: '--upload-pack=touch /tmp/x' }, 'URL_REFUSED'],
  [{ url: 'ext::sh -c touch% /tmp/x' }, 'URL_REFUSED'],
  [{ path: '.', ref: '--output=x' }, 'INVALID_OPTIONS'],
  [{}, 'INVALID_OPTIONS'],
  [{ path: '.', include: [''] }, 'INVALID_OPTIONS'],
  [{ path: '.', name: 'a\u0007b' }, 'INVALID_OPTIONS'],
])('%o is refused at once, to be indexed and to be checked', (request, code) => {
  const { indexer } = bench.open()
  const refused = expect.objectContaining({ code })
  // A caller without types can pass anything.
  expect(() => indexer.index(request as { path: string })).toThrow(refused)
  expect(() => indexer.check(request as { path: string })).toThrow(refused)
})

test('to check a request starts nothing', async () => {
  const { indexer } = bench.open()
  indexer.check({ path: bench.folder })
  expect((await indexer.tasks()).total).toBe(0)
})

test.each(['index', 'plan'] as const)('%s of an empty path says so in a sentence', async (call) => {
  const { indexer } = bench.open()
  await expect(async () => indexer[call]({ path: '' })).rejects.toMatchObject({
    code: 'INVALID_OPTIONS',
    message: 'The path is empty; give a folder, for example ".".',
  })
})

test('an empty name is told as that alone', () => {
  const { indexer } = bench.open()
  const message = 'index: name: A name must not be empty.'
  expect(() => indexer.index({ path: '.', name: '' })).toThrow(expect.objectContaining({ message }))
})

test.each([
  ['.', 'not be "." or "..".'],
  ['..', 'not be "." or "..".'],
  ['half\ud83d', 'not hold control or broken characters.'],
])('a name that no address can hold is refused: %j', (name, why) => {
  const { indexer } = bench.open()
  const message = `index: name: A name must ${why}`
  expect(() => indexer.index({ path: '.', name })).toThrow(expect.objectContaining({ message }))
})

test('a failed run leaves what was indexed before searchable', async () => {
  const { indexer } = bench.open()
  const path = bench.repository('shop', shop)
  await indexer.index({ path }).finished
  await expect(indexer.index({ path, ref: 'no-such' }).finished).rejects.toMatchObject({
    code: 'REF_NOT_FOUND',
  })
  expect((await indexer.search('retry a failed request')).hits[0]?.symbol).toBe('retryRequest')
})

test.each([
  ['', {}],
  ['   ', {}],
  ['x'.repeat(10_001), {}],
  ['x', { limit: 0 }],
  ['x', { limit: 1.5 }],
  ['x', { mode: 'best' }],
])('the search %j with %o is refused', async (query, options) => {
  const { indexer } = bench.open()
  await expect(indexer.search(query, options as { limit: number })).rejects.toMatchObject({
    code: 'INVALID_OPTIONS',
  })
})

test('a search in a repository that is not indexed says so', async () => {
  const { indexer } = bench.open()
  await expect(indexer.search('x', { repository: 'none' })).rejects.toMatchObject({
    code: 'REPOSITORY_NOT_FOUND',
  })
  expect(await indexer.search('x')).toEqual({ hits: [], freshness: [] })
})

type AnyCall = (indexer: Indexer) => Promise<unknown>

// A caller without types can pass anything.
const nothing = undefined as unknown as string

test.each<[string, AnyCall]>([
  ['status of nothing', (indexer) => indexer.status(nothing)],
  ['explain of nothing', (indexer) => indexer.explain('shop', nothing)],
  ['remove of nothing', (indexer) => indexer.remove(nothing)],
  ['reconcile of an empty name', (indexer) => indexer.reconcile('')],
  [
    'reconcile with a signal that is none',
    (indexer) => indexer.reconcile('shop', { signal: 5 as unknown as AbortSignal }),
  ],
  ['logs of an unknown level', (indexer) => indexer.logs('task', { level: 'NOPE' as 'INFO' })],
  ['logs with a limit of 0', (indexer) => indexer.logs('task', { limit: 0 })],
  ['tasks with a negative limit', (indexer) => indexer.tasks({ limit: -1 })],
  ['tasks of an unknown status', (indexer) => indexer.tasks({ status: ['zz' as 'failed'] })],
])('%s is refused', async (_, call) => {
  const { indexer } = bench.open()
  await expect(call(indexer)).rejects.toMatchObject({ code: 'INVALID_OPTIONS' })
})
