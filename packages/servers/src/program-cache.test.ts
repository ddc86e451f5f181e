import { EventEmitter, once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { cachedProgram, programCache } from './program-cache.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cairn-program-cache-'))
  vi.stubEnv('XDG_CACHE_HOME', folder)
})

afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true, force: true })
})

test('a program is fetched once', async () => {
  const fill = vi.fn((partial: string) => writeFile(join(partial, 'program'), 'whole'))
  await cachedProgram('server-1', fill)
  const cached = await cachedProgram('server-1', fill)
  expect(fill).toHaveBeenCalledOnce()
  expect(await readFile(join(cached, 'program'), 'utf8')).toBe('whole')
})

test('two that fetch at once get the same whole program', async () => {
  const fetches = new EventEmitter()
  const bothStarted = once(fetches, 'second')
  let started = 0
  const fetchProgram = () =>
    cachedProgram('server-1', async (partial) => {
      started++
      if (started === 2) fetches.emit('second')
      await bothStarted
      await writeFile(join(partial, 'program'), 'whole')
    })
  const [first, second] = await Promise.all([fetchProgram(), fetchProgram()])
  expect(first).toBe(second)
  expect(await readFile(join(first, 'program'), 'utf8')).toBe('whole')
  expect(await readdir(programCache())).toEqual(['server-1'])
})

test('a fetch that fails leaves nothing, and the next one tries again', async () => {
  const failing = cachedProgram('server-1', async (partial) => {
    await writeFile(join(partial, 'program'), 'ha')
    throw new Error('The network went away.')
  })
  await expect(failing).rejects.toThrow('The network went away.')
  expect(await readdir(programCache())).toEqual([])
  await cachedProgram('server-1', (partial) => writeFile(join(partial, 'program'), 'whole'))
  expect(await readdir(programCache())).toEqual(['server-1'])
})

test('what a process left that was killed while it fetched is deleted', async () => {
  // No process has a number this high.
  await mkdir(join(programCache(), '.partial-2147483646-abc'), { recursive: true })
  await cachedProgram('server-1', async () => {})
  expect(await readdir(programCache())).toEqual(['server-1'])
})
