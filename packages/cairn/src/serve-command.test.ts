import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { delimiter, join, parse } from 'node:path'
import { decode, statusDocumentSchema, taskListSchema } from '@cairn/protocol'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { type CairnProcess, cairn, startCairn } from './fixtures/cairn-process.ts'
import {
  makeRepository,
  removeFolder,
  sampleFiles,
  temporaryFolder,
} from './fixtures/git-repository.ts'

let folder: string
let repository: string
const started: CairnProcess[] = []

beforeAll(async () => {
  folder = temporaryFolder()
  repository = makeRepository(join(folder, 'sample'), sampleFiles)
  expect(await cairn(repository, ['index', '.'])).toMatchObject({ code: 0 })
})
afterEach(async () => {
  for (const { child, ended } of started.splice(0)) {
    child.kill('SIGKILL')
    await ended
  }
})
afterAll(() => removeFolder(folder))

/** Serves on a port of its own; the address of the routes. */
async function serve(
  words: readonly string[] = [],
  environment: NodeJS.ProcessEnv = {},
): Promise<{ url: string; process: CairnProcess }> {
  const process = startCairn(repository, ['serve', '--port', '0', ...words], environment)
  started.push(process)
  let printed = ''
  process.child.stdout?.on('data', (chunk: Buffer) => {
    printed += chunk.toString()
  })
  await process.seen(/dashboard\/\n/, 'stdout')
  return { url: printed.trim().replace(/\/dashboard\/$/, ''), process }
}

/** What a system opens pages with, and the variables by which it chooses something else. */
const openerName = process.platform === 'darwin' ? 'open' : 'www-browser'
const withoutDesktop: NodeJS.ProcessEnv = {
  BROWSER: undefined,
  DESKTOP_SESSION: undefined,
  DISPLAY: undefined,
  WAYLAND_DISPLAY: undefined,
  XDG_CURRENT_DESKTOP: undefined,
}

/** Asks as a client that names the host it likes, which `fetch` does not let one do. */
async function statusUnder(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(`${url}/status`, { headers: { host } }, (response) => {
      response.resume()
      resolve(response.statusCode)
    })
      .on('error', reject)
      .end()
  })
}

test('serve shows the tasks of the data folder and the page, until it is interrupted', async () => {
  const { url, process } = await serve()
  const list = decode(taskListSchema, await (await fetch(`${url}/status`)).json())
  expect(list.tasks).toMatchObject([{ repositoryName: 'sample', status: 'completed' }])
  const page = await fetch(`${url}/dashboard/`)
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'")
  expect(await page.text()).toContain('<title>')
  // Nothing that changes anything is there unless it was asked for.
  expect((await fetch(`${url}/cleanup`, { method: 'POST' })).status).toBe(404)

  process.child.kill('SIGINT')
  expect(await process.ended).toMatchObject({ code: 0 })
})

test('serve shows a run of another process while it goes on', async () => {
  const { url } = await serve()
  const other = makeRepository(join(folder, 'other'), sampleFiles)
  const { stdout } = await cairn(repository, ['index', other, '--json'])
  const { data } = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')
  const { taskId } = decode(statusDocumentSchema, data)
  const shown = await (await fetch(`${url}/status/${taskId}`)).json()
  expect(decode(statusDocumentSchema, shown)).toMatchObject({ taskId, status: 'completed' })
})

test('serve --control starts runs of what is below its roots, and of nothing else', async () => {
  const inside = makeRepository(join(folder, 'roots', 'inside'), sampleFiles)
  const { url } = await serve(['--control', '--root', join(folder, 'roots')])
  const start = (localPath: string) =>
    fetch(`${url}/repository/local`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'inside', local_path: localPath }),
    })
  expect((await start(repository)).status).toBe(403)
  expect((await start(inside)).status).toBe(202)
})

test('serve --control in the root of the machine asks which folders are meant', async () => {
  const { code, stderr } = await cairn(parse(repository).root, [
    ...['serve', '--control', '--port', '0', '--data-dir', join(repository, '.cairn')],
  ])
  expect(code).toBe(2)
  expect(stderr).toContain('--root')
})

test.skipIf(process.platform === 'win32')('serve --open has the system open the page', async () => {
  const programs = join(folder, 'programs')
  const opened = join(folder, 'opened.txt')
  mkdirSync(programs)
  // Renamed when it is whole, so that nobody reads half of it.
  const script = `#!/bin/sh\necho "$@" > "${opened}.part" && mv "${opened}.part" "${opened}"\n`
  writeFileSync(join(programs, openerName), script, { mode: 0o755 })
  const { url } = await serve(['--open'], {
    ...withoutDesktop,
    PATH: `${programs}${delimiter}${process.env.PATH}`,
  })
  const text = await vi.waitFor(() => readFileSync(opened, 'utf8'), 60_000)
  expect(text).toBe(`${url}/dashboard/\n`)
})

test.skipIf(process.platform === 'win32')(
  'serve --open says that nothing opens pages here, and serves on',
  async () => {
    const empty = join(folder, 'empty')
    mkdirSync(empty)
    const { url, process } = await serve(['--open'], { ...withoutDesktop, PATH: empty })
    await process.seen(/No browser could be opened/)
    expect((await fetch(`${url}/dashboard/`)).status).toBe(200)
    process.child.kill('SIGINT')
    const { code, stderr } = await process.ended
    expect(code).toBe(0)
    expect(stderr).toContain(`open ${url}/dashboard/`)
  },
)

test('serve answers to the names of this machine only', async () => {
  const { url } = await serve()
  const { port } = new URL(url)
  expect(await statusUnder(url, `localhost:${port}`)).toBe(200)
  expect(await statusUnder(url, `rebound.example:${port}`)).toBe(403)
})

test('a port that another program has is told by its number', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => taken.once('listening', resolve))
  const { port } = taken.address() as AddressInfo
  const { code, stderr } = await cairn(repository, ['serve', '--port', String(port)])
  expect(code).toBe(2)
  expect(stderr).toContain(`Port ${port} is in use`)
  taken.close()
  expect((await cairn(repository, ['serve', '--port', '70000'])).stderr).toContain('65535')
})

test('index --watch-url prints where the task can be watched, and serves it until the end', async () => {
  const watched = makeRepository(join(folder, 'watched'), sampleFiles)
  const process = startCairn(watched, ['index', '.', '--watch-url'])
  started.push(process)
  let printed = ''
  process.child.stderr?.on('data', (chunk: Buffer) => {
    printed += chunk.toString()
  })
  await process.seen(/#\/tasks\/[\w-]+\n/)
  const [, url = '', taskId = ''] = /(http\S+)\/dashboard\/#\/tasks\/(\S+)/.exec(printed) ?? []
  // It is a stream of a run that has just begun: it ends with the run.
  const events = await fetch(`${url}/status/${taskId}/events`).then(
    (response) => response.text(),
    () => null,
  )
  expect(await process.ended).toMatchObject({ code: 0 })
  expect(events).toContain('"completed"')
  await expect(fetch(url)).rejects.toThrow()
})
