import { chmod, mkdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { secondProcess } from './second-process.test-support.ts'
import { openStore, parsedFile, queued, temporaryFolder } from './store-samples.test-support.ts'

/** A closed store with a few hundred kilobytes in it. */
async function filledStore(): Promise<string> {
  const path = join(await temporaryFolder(), 'index.db')
  const { journal, close } = openStore({ path })
  await journal.tasks.append([queued('kept')])
  await journal.spool.write('shop', [
    { version: 'v1', path: 'a.txt', parsed: parsedFile(longTexts(1_000)) },
  ])
  await close()
  return path
}

function longTexts(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `text ${index} `.repeat(100))
}

/** Both sides reject with the code, and the file is byte for byte as it was. */
async function refused(path: string, code: string): Promise<void> {
  const before = await readFile(path)
  const { journal } = openStore({ path })
  await expect(journal.tasks.tasks({})).rejects.toMatchObject({ name: 'StoreError', code })
  await expect(journal.acquireWriter()).rejects.toMatchObject({ name: 'StoreError', code })
  expect((await readFile(path)).equals(before)).toBe(true)
}

describe('a file that is no store', () => {
  test('of other bytes is refused as damaged and left as it is', async () => {
    const path = join(await temporaryFolder(), 'index.db')
    await writeFile(path, 'this is not a database, it is a note to myself\n'.repeat(100))
    await refused(path, 'STORE_CORRUPT')
  })

  test('of another program is refused and left as it is', async () => {
    const path = join(await temporaryFolder(), 'index.db')
    const other = new DatabaseSync(path)
    other.exec('create table customers (name text); insert into customers values (1)')
    other.close()
    await refused(path, 'STORE_CORRUPT')
  })

  test('that was cut short is refused as damaged and left as it is', async () => {
    const path = await filledStore()
    await truncate(path, Math.floor((await stat(path)).size / 2))
    await refused(path, 'STORE_CORRUPT')
  })

  test('of a newer version is refused with both versions named, and left as it is', async () => {
    const path = await filledStore()
    const newer = new DatabaseSync(path)
    newer.exec('pragma user_version = 99')
    newer.close()
    await refused(path, 'STORE_TOO_NEW')
    await expect(openStore({ path }).journal.tasks.tasks({})).rejects.toThrow(/newer.*schema 99/)
  })

  test('an empty file becomes a store', async () => {
    const path = join(await temporaryFolder(), 'index.db')
    await writeFile(path, '')
    const { journal } = openStore({ path })
    expect(await journal.tasks.status('t')).toBeNull()
    await journal.tasks.append([queued('t')])
    expect(await journal.tasks.status('t')).toMatchObject({ taskId: 't' })
  })
})

describe('a damaged page', () => {
  test('is told when it is read, and what stands elsewhere can still be read', async () => {
    const path = await filledStore()
    const bytes = await readFile(path)
    // The long texts fill the file's middle; its first pages hold the schema and the tasks.
    bytes.fill(0xff, Math.floor(bytes.length * 0.4), Math.floor(bytes.length * 0.6))
    await writeFile(path, bytes)
    const { journal } = openStore({ path })
    await expect(journal.spool.chunks(['v1'])).rejects.toMatchObject({
      code: 'STORE_CORRUPT',
      cause: expect.any(Error),
    })
    expect(await journal.tasks.status('kept')).toMatchObject({ taskId: 'kept' })
  })
})

describe('a full disk', () => {
  test('undoes the write that did not fit, and what was stored stays readable', async () => {
    const path = join(await temporaryFolder(), 'index.db')
    const { journal } = openStore({ path, maxBytes: 1_000_000 })
    await journal.tasks.append([queued('kept')])
    const write = journal.spool.write('shop', [
      { version: 'v1', path: 'a.txt', parsed: parsedFile(longTexts(2_000)) },
    ])
    await expect(write).rejects.toMatchObject({ code: 'STORE_FULL', recoverable: false })
    expect(await journal.spool.has(['v1'])).toEqual(new Set())
    await journal.tasks.append([queued('next')])
    expect((await journal.tasks.tasks({})).tasks.map(({ taskId }) => taskId)).toEqual([
      'next',
      'kept',
    ])
  })

  test('leaves room for what a run says at its end, and for nothing else', async () => {
    const path = join(await temporaryFolder(), 'index.db')
    const { journal } = openStore({ path, maxBytes: 1_000_000 })
    await journal.tasks.append([queued('kept')])
    const write = (count: number, version = 'large'): Promise<void> =>
      journal.spool.write('shop', [
        { version, path: 'a.txt', parsed: parsedFile(longTexts(count)) },
      ])
    // Larger ones first, until not even the smallest fits.
    for (const [at, count] of [150, 40, 10, 3, 1, 1, 1, 1].entries()) {
      await write(count, `v${at}`).catch((error: unknown) =>
        expect(error).toMatchObject({ code: 'STORE_FULL' }),
      )
    }
    await expect(write(400)).rejects.toMatchObject({ code: 'STORE_FULL' })
    const events = Array.from({ length: 300 }, (_, at) => queued(`task ${at}`))
    await journal.tasks.append(events)
    expect((await journal.tasks.tasks({ limit: 1 })).total).toBe(301)
    await expect(write(400)).rejects.toMatchObject({ code: 'STORE_FULL' })
    expect(await journal.freeBytes?.()).toBeLessThan(1_000_000)
  })

  test('has room held back beside the store, and again when there is more', async () => {
    const folder = await temporaryFolder()
    const { journal } = openStore({ path: join(folder, 'index.db') })
    await journal.acquireWriter()
    const reserve = join(folder, 'index.db-reserve')
    expect((await stat(reserve)).size).toBeGreaterThan(1_000_000)
    await rm(reserve)
    await journal.acquireWriter()
    expect((await stat(reserve)).size).toBeGreaterThan(1_000_000)
    // As a process leaves it that is killed before it has filled it.
    await truncate(reserve)
    await journal.acquireWriter()
    expect((await stat(reserve)).size).toBeGreaterThan(1_000_000)
  })
})

describe('a lock that is none', () => {
  test('is told by its own name, and not as damage of the store', async () => {
    const path = await filledStore()
    await writeFile(`${path}.lock`, 'this is not a database\n'.repeat(100))
    const { journal } = openStore({ path })
    await expect(journal.acquireWriter()).rejects.toMatchObject({
      code: 'STORE_CORRUPT',
      message: expect.stringContaining(`The file ${path}.lock is`),
    })
    expect(await journal.tasks.status('kept')).toMatchObject({ taskId: 'kept' })
  })
})

describe('a file that may not be written', () => {
  // Permissions do not bind the superuser, so the store is opened by a process that is none.
  const uid = process.getuid?.() === 0 ? 65_534 : undefined

  test.runIf(process.platform !== 'win32')('can be read and refuses writers', async () => {
    const path = await filledStore()
    const folder = join(path, '..')
    await chmod(path, 0o444)
    await chmod(folder, 0o555)
    const other = await secondProcess({ path }, { uid })
    expect(await other.run('await storage.journal.acquireWriter()')).toMatchObject({
      code: 'STORE_READ_ONLY',
      message: expect.stringContaining('permissions'),
    })
    expect(await other.run(`return (await storage.journal.tasks.status('kept')).taskId`)).toBe(
      'kept',
    )
    await chmod(folder, 0o755)
  })

  test('of a folder that cannot be made is told as such', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'file'), '')
    const { journal } = openStore({ path: join(folder, 'file', 'index.db') })
    await expect(journal.acquireWriter()).rejects.toMatchObject({ name: 'StoreError' })
  })

  test('because a folder stands in its place is told as such', async () => {
    const folder = await temporaryFolder()
    await mkdir(join(folder, 'index.db'))
    const { journal } = openStore({ path: join(folder, 'index.db') })
    await expect(journal.acquireWriter()).rejects.toThrow(/is no file/)
    await expect(journal.tasks.tasks({})).rejects.toThrow(/is no file/)
  })
})
