import { execFile } from 'node:child_process'
import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { GraphNode, VectorRow } from '@cairn/core'
import { expect, test } from 'vitest'
import { openStore, parsedFile, queued, temporaryFolder } from './store-samples.test-support.ts'

const run = promisify(execFile)

test('the event loop goes round while a large write is under way', async () => {
  const { journal } = openStore({ path: join(await temporaryFolder(), 'index.db') })
  const texts = Array.from({ length: 5_000 }, (_, index) => `line ${index} of many `.repeat(20))
  let rounds = 0
  let isWriting = true
  const countRounds = (): void => {
    rounds += 1
    if (isWriting) setImmediate(countRounds)
  }
  setImmediate(countRounds)
  await journal.spool.write('shop', [{ version: 'v', path: 'a', parsed: parsedFile(texts) }])
  isWriting = false
  // On the event loop itself the write would be one round.
  expect(rounds).toBeGreaterThan(20)
})

test('a read does not wait for a write that was asked for before it', async () => {
  const { journal } = openStore({ path: join(await temporaryFolder(), 'index.db') })
  await journal.tasks.append([queued('t')])
  await journal.tasks.status('t')
  const order: string[] = []
  const texts = Array.from({ length: 2_000 }, (_, index) => `line ${index} of many `.repeat(20))
  const writes = Array.from({ length: 10 }, (_, index) =>
    journal.spool.write('shop', [{ version: `v${index}`, path: 'a', parsed: parsedFile(texts) }]),
  )
  await Promise.all([
    Promise.all(writes).then(() => order.push('writes')),
    journal.tasks.status('t').then(() => order.push('read')),
  ])
  expect(order).toEqual(['read', 'writes'])
})

test('progress events come in between the steps of a long removal', async () => {
  const { journal } = openStore({ path: join(await temporaryFolder(), 'index.db') })
  for (let page = 0; page < 5; page += 1) {
    await journal.spool.write(
      'shop',
      Array.from({ length: 200 }, (_, index) => ({
        version: `v${page}-${index}`,
        path: `${page}/${index}`,
        parsed: parsedFile([`${page} ${index}`]),
      })),
    )
  }
  const order: string[] = []
  await Promise.all([
    journal.ledger.remove('shop').then(() => order.push('removal')),
    journal.tasks.append([queued('t', 'other')]).then(() => order.push('event')),
  ])
  expect(order).toEqual(['event', 'removal'])
  expect(await journal.spool.has(['v0-0', 'v4-199'])).toEqual(new Set())
})

test('a removal that is aborted takes nothing that is written after it has settled', async () => {
  const { vectors, graph } = openStore({ path: join(await temporaryFolder(), 'index.db') })
  const space = { fingerprint: 'f', dimensions: 2 }
  const row = (id: string): VectorRow => ({
    id,
    vector: Float32Array.of(0.6, 0.8),
    repository: 'shop',
    version: 'v',
    path: 'p',
    language: 'l',
    symbolKind: null,
  })
  const node = (id: string): GraphNode => ({
    id,
    owner: id,
    repository: 'shop',
    kind: 'module',
    name: id,
    path: null,
    symbolPath: null,
    symbolKind: null,
    startLine: null,
    endLine: null,
  })
  // Several steps of each removal.
  const ids = Array.from({ length: 2_000 }, (_, index) => `${index}`)
  await vectors.upsert(space, ids.map(row))
  await graph.upsert({ nodes: ids.map(node), edges: [] })
  for (const store of [vectors, graph]) {
    const controller = new AbortController()
    const removing = store.removeRepository('shop', { signal: controller.signal })
    controller.abort()
    await Promise.allSettled([removing])
  }
  await vectors.upsert(space, [row('new')])
  await graph.upsert({ nodes: [node('new')], edges: [] })
  // Another removal is done after whatever is left of those.
  await vectors.removeRepository('other')
  await graph.removeRepository('other')
  expect(await vectors.ids(space, { repository: 'shop', limit: 10 })).toEqual(['new'])
  expect(await graph.owners({ repository: 'shop', limit: 10 })).toMatchObject([{ owner: 'new' }])
})

test('a process ends by itself though it never closed its store', async () => {
  const path = join(await temporaryFolder(), 'index.db')
  const program = `
    const { sqlite } = await import(process.argv[1])
    const { journal } = sqlite({ path: process.argv[2] })
    await journal.acquireWriter()
    await journal.tasks.tasks({})
    process.stdout.write('asked')
  `
  const { stdout } = await run(process.execPath, [
    '--conditions=@cairn/source',
    '--input-type=module',
    '-e',
    program,
    new URL('./index.ts', import.meta.url).href,
    path,
  ])
  expect(stdout).toBe('asked')
  await access(path)
})

test('a closed store rejects every call and closes again without complaint', async () => {
  const { journal, vectors, graph, close } = openStore({
    path: join(await temporaryFolder(), 'index.db'),
  })
  await journal.acquireWriter()
  await close()
  await close()
  await journal.close()
  await vectors.close()
  await graph.close()
  await expect(journal.tasks.status('t')).rejects.toMatchObject({ code: 'CLOSED' })
  await expect(graph.nodes([])).rejects.toMatchObject({ code: 'CLOSED' })
  await expect(journal.acquireWriter()).rejects.toMatchObject({ code: 'CLOSED' })
})

test('what was asked before a close is done', async () => {
  const path = join(await temporaryFolder(), 'index.db')
  const { journal, close } = openStore({ path })
  const appended = journal.tasks.append([queued('t')])
  await close()
  expect(await appended).toHaveLength(1)
  expect(await openStore({ path }).journal.tasks.status('t')).toMatchObject({ taskId: 't' })
})

test('a call that is aborted rejects with the reason, before and while it waits', async () => {
  const { journal, vectors } = openStore({ path: join(await temporaryFolder(), 'index.db') })
  const reason = new Error('no longer wanted')
  await expect(vectors.spaces({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  const controller = new AbortController()
  const waiting = journal.acquireWriter({ signal: controller.signal })
  controller.abort(reason)
  await expect(waiting).rejects.toBe(reason)
})

test('vectors that were handed over can still be used', async () => {
  const { journal, vectors } = openStore({ path: join(await temporaryFolder(), 'index.db') })
  const vector = Float32Array.of(0.6, 0.8)
  await journal.cache.put('f', [{ textHash: 'aa', vector }])
  const space = { fingerprint: 'f', dimensions: 2 }
  const row = {
    id: 'v:0',
    repository: 'r',
    version: 'v',
    path: 'p',
    language: 'l',
    symbolKind: null,
  }
  await vectors.upsert(space, [{ ...row, vector }])
  await vectors.query(space, vector, { limit: 1 })
  expect([...vector]).toEqual([...Float32Array.of(0.6, 0.8)])
  const [cached, missing] = await journal.cache.get('f', ['aa', 'bb'])
  expect(cached).toEqual(vector)
  expect(missing).toBeNull()
})
