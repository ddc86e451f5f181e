import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, onTestFinished, test, vi } from 'vitest'
import { fetchClone } from './clone.ts'
import { isCloneLocked, withCloneLock } from './clone-lock.ts'
import { makeRepository, temporaryFolder } from './fixtures/git-repositories.ts'

const { signal } = new AbortController()

/** A process that holds the lock of a clone until a line comes, or for as long as it lives. */
async function holderOf(clone: string): Promise<ChildProcess> {
  const program = `
    const { withCloneLock } = await import(process.argv[1])
    const signal = new AbortController().signal
    await withCloneLock(process.argv[2], { signal, onWaiting() {} }, () => new Promise((resolve) => {
      process.stdin.once('data', resolve)
      process.stdout.write('held')
    }))
    process.stdin.destroy()
  `
  const child = spawn(
    process.execPath,
    [
      ...['--conditions=@cairn/source', '--disable-warning=ExperimentalWarning'],
      ...['--input-type=module', '-e', program],
      ...[new URL('./clone-lock.ts', import.meta.url).href, clone],
    ],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout ?? child, 'data')
  return child
}

test.each(['lets go of it', 'is killed'])(
  'a clone that another process works on is waited for until that one %s',
  async (end) => {
    using folder = temporaryFolder()
    makeRepository(join(folder.path, 'origin'), { 'a.ts': 'one\n' })
    const url = `${pathToFileURL(folder.path).href}/origin`
    const cloneDirectory = join(folder.path, 'clones')
    const made = await fetchClone({ url }, { cloneDirectory, signal })
    const clone = made.repository.gitDirectory
    const holder = await holderOf(clone)
    expect(await isCloneLocked(clone)).toBe(true)
    const operations: string[] = []
    const onProgress = ({ operation }: { operation: string }): void =>
      void operations.push(operation)
    const fetching = fetchClone({ url }, { cloneDirectory, signal, onProgress })
    const waits = 'Waiting for another process to fetch it'
    await vi.waitFor(() => expect(operations).toContain(waits), 20_000)
    expect(operations).not.toContain('Fetched')
    if (end === 'is killed') holder.kill('SIGKILL')
    else holder.stdin?.end('enough\n')
    expect((await fetching).commit).toBe(made.commit)
    expect(await isCloneLocked(clone)).toBe(false)
    expect(existsSync(`${clone}.lock`)).toBe(false)
  },
)

test('a lock of another machine that nobody touches any more is broken, by one at a time', async () => {
  using folder = temporaryFolder()
  const clone = join(folder.path, 'a.git')
  const left = { id: 'left', pid: process.pid, host: 'another-machine' }
  writeFileSync(`${clone}.lock`, JSON.stringify(left))
  expect(await isCloneLocked(clone)).toBe(true)
  let atWork = 0
  const options = { signal, onWaiting: () => undefined, goneMs: 200 }
  const most = await Promise.all(
    Array.from({ length: 5 }, () =>
      withCloneLock(clone, options, async () => {
        atWork += 1
        const together = atWork
        await new Promise(setImmediate)
        atWork -= 1
        return together
      }),
    ),
  )
  expect(most).toEqual([1, 1, 1, 1, 1])
})

test('who waits for a clone may give up', async () => {
  using folder = temporaryFolder()
  const clone = join(folder.path, 'a.git')
  const abort = new AbortController()
  await withCloneLock(clone, { signal, onWaiting: () => undefined }, async () => {
    const options = { signal: abort.signal, onWaiting: () => abort.abort() }
    const waiting = withCloneLock(clone, options, async () => 'never')
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' })
  })
})
