import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, test } from 'vitest'

const vitest = dirname(createRequire(import.meta.url).resolve('vitest/package.json'))
const reporter = join(import.meta.dirname, 'summary-reporter.ts')
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cairn-reporter-'))
  await mkdir(join(folder, 'node_modules'))
  await symlink(vitest, join(folder, 'node_modules/vitest'), 'junction')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Runs vitest over one test file in a process of its own. */
async function run(
  name: string,
  source: string | null,
): Promise<[string | undefined, number | null]> {
  const [lines, code] = await runWhole(name, source)
  return [lines.at(-1), code]
}

/** The same with every line that it wrote. */
async function runWhole(name: string, source: string | null): Promise<[string[], number | null]> {
  const root = join(folder, name)
  await mkdir(root)
  const imports = "import { afterAll, describe, expect, test } from 'vitest'\n"
  if (source !== null) await writeFile(join(root, 'a.test.js'), imports + source)
  const child = spawn(
    process.execPath,
    [
      join(vitest, 'vitest.mjs'),
      'run',
      '--root',
      root,
      '--reporter=default',
      `--reporter=${reporter}`,
    ],
    { cwd: root, stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, VITEST: '' } },
  )
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const output = await text(child.stdout)
  return [output.trimEnd().split('\n'), await ended]
}

test('the last line counts what passed and failed', async () => {
  const source = "test('a', () => {})\ntest('b', () => {})\ntest('c', () => { expect(1).toBe(2) })"
  expect(await run('mixed', source)).toEqual(['2 passed, 1 failed', 1])
})

test('skipped tests are named only where there are any', async () => {
  expect(await run('passing', "test('a', () => {})")).toEqual(['1 passed, 0 failed', 0])
  const source = "test('a', () => {})\ntest.skip('b', () => {})\ntest.todo('c')"
  expect(await run('skipping', source)).toEqual(['1 passed, 0 failed, 2 skipped', 0])
})

test('why tests were skipped is said, and of how many', async () => {
  const skipping = "({ skip }) => skip('There is no Java.')"
  const suite =
    "describe.skip('e (skipped: no model (in the cache))', () => { test('f', () => {}) })"
  const source = `test('a', ${skipping})\ntest('b', ${skipping})\ntest.skip('c')\n${suite}`
  const [lines, code] = await runWhole('reasons', source)
  expect(lines.slice(-3)).toEqual([
    '2 skipped: There is no Java.',
    '1 skipped: no model (in the cache)',
    '0 passed, 0 failed, 4 skipped',
  ])
  expect(code).toBe(0)
})

test('what fails outside of a test counts as a failure', async () => {
  const loading = "throw new Error('The file cannot be loaded.')"
  expect(await run('loading', loading)).toEqual(['0 passed, 1 failed', 1])
  const hook = "test('a', () => {})\nafterAll(() => { throw new Error('The hook failed.') })"
  expect(await run('hook', hook)).toEqual(['1 passed, 1 failed', 1])
  const unhandled = "test('a', () => { Promise.reject(new Error('Nobody handles it.')) })"
  expect(await run('unhandled', unhandled)).toEqual(['1 passed, 1 failed', 1])
  expect(await run('empty', null)).toEqual(['0 passed, 1 failed', 1])
})
