import { symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createWorkbench, git, shop, type Workbench, writeFiles } from './fixture.ts'

let bench: Workbench
beforeEach(() => {
  bench = createWorkbench()
})
afterEach(() => bench.close())

test('each odd file has its outcome and its reason, and the others are indexed', async () => {
  const { indexer } = bench.open()
  const path = bench.repository('odd', {
    ...shop,
    'empty.py': '',
    'blank.py': ' \n\t\n',
    'large.py': Buffer.alloc(50_000_000, 'x = 1\n'),
    'line.js': `var a = "${'y'.repeat(900_000)}"\n`,
    'huge-line.js': `var a = "${'y'.repeat(5_000_000)}"\n`,
    'latin1.py': Buffer.from('# caf\u00e9\ndef serve():\n    return 1\n', 'latin1'),
    'utf16.py': Buffer.from('\ufeffdef wide():\n    return 1\n', 'utf16le'),
    'broken.py': 'def good():\n    return 1\n\ndef bad(:\n  return ((\n',
    'vendor/lib.js': 'function vendored() {}\n',
    'pnpm-lock.yaml': 'lockfileVersion: 9\n',
    'model.bin':
      'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n',
    'with space.py': 'def spaced():\n    return 1\n',
    'quote"d.py': 'def quoted():\n    return 1\n',
    'new\nline.py': 'def newline():\n    return 1\n',
    '-dash.py': 'def dashed():\n    return 1\n',
    'h\u00e9llo-\u4e16\u754c.py': 'def greet():\n    return 1\n',
  })
  symlinkSync('loop', join(path, 'loop'))
  symlinkSync('/etc/passwd', join(path, 'outside'))
  const result = await indexer.index({ path }).finished
  const reasons = Object.fromEntries(
    result.problems.map((problem) => [problem.path, problem.reason]),
  )
  expect(reasons).toEqual({
    'logo.bin': 'binary',
    'empty.py': 'no_text',
    'blank.py': 'no_text',
    'large.py': 'too_large',
    'line.js': 'minified',
    'huge-line.js': 'too_large',
    'vendor/lib.js': 'vendored',
    'pnpm-lock.yaml': 'generated',
    'model.bin': 'lfs_pointer',
    loop: 'symlink',
    outside: 'symlink',
  })
  expect(result.files.failed).toBe(0)
  for (const name of ['spaced', 'quoted', 'newline', 'dashed', 'greet', 'serve', 'wide', 'good']) {
    const { hits } = await indexer.search(name, { mode: 'lexical' })
    expect(hits.map(({ symbol }) => symbol)).toContain(name)
  }
  const status = await indexer.status(result.taskId)
  expect(status.warnings.join('\n')).toContain('broken.py')
  expect(await indexer.explain('odd', 'broken.py')).toMatchObject({
    state: 'indexed',
    syntaxErrors: true,
  })
})

test('a line of 5 MB below the size limit is taken for no source, whatever the language', async () => {
  const path = bench.repository('long', {
    ...shop,
    'line.py': `a = "${'y'.repeat(5_000_000)}"\n`,
    'line.md': `${'word '.repeat(1_000_000)}\n`,
    'line.json': `{"a": "${'y'.repeat(5_000_000)}"}\n`,
  })
  const { indexer } = bench.open({ limits: { maxFileBytes: 10_000_000 } })
  const result = await indexer.index({ path }).finished
  expect(result.problems.map((problem) => [problem.path, problem.reason])).toEqual([
    ['line.json', 'minified'],
    ['line.md', 'minified'],
    ['line.py', 'minified'],
    ['logo.bin', 'binary'],
  ])
  expect(result.files).toMatchObject({ indexed: 5, skipped: 4, failed: 0 })
})

test('a file that vanishes or changes after the plan costs that file alone', async () => {
  const { indexer } = bench.open()
  const path = bench.repository('moving', {
    ...shop,
    'gone.py': 'def gone():\n    return 1\n',
    'moved.py': 'def moved():\n    return 1\n',
  })
  const run = indexer.index({ path })
  run.on('stage.started', ({ stage }) => {
    if (stage !== 'parsing') return
    unlinkSync(join(path, 'gone.py'))
    writeFileSync(join(path, 'moved.py'), 'def other():\n    return 2\n')
  })
  // Events are told after they are stored; the stage must not be over before: many files keep it busy.
  for (let index = 0; index < 400; index++)
    writeFiles(path, { [`a${index}.py`]: `def f${index}():\n    return ${index}\n` })
  const result = await run.finished
  const failed = result.problems.filter(({ outcome }) => outcome === 'failed')
  expect(failed.map((problem) => [problem.path, problem.error?.errorType])).toEqual([
    ['gone.py', 'FILE_UNREADABLE'],
    ['moved.py', 'FILE_CHANGED'],
  ])
  expect(result.files.indexed).toBe(405)
  const again = await indexer.index({ path }).finished
  expect(again.files).toMatchObject({ indexed: 1, failed: 0 })
  expect((await indexer.search('other', { mode: 'lexical' })).hits[0]?.path).toBe('moved.py')
})

test('a file that cannot be parsed in time costs that file, and keeps what was indexed of it', async () => {
  const path = bench.repository('slow', { ...shop, 'z/deep.py': 'def shallow():\n    return 1\n' })
  const first = bench.open()
  await first.indexer.index({ path }).finished
  await first.close()
  // Nested half a million deep it takes seconds; the small files before it have started the thread.
  const nested = `${'[\n'.repeat(500_000)}${']\n'.repeat(500_000)}`
  writeFiles(path, { 'z/deep.py': `def deep():\n    return ${nested}\n` })
  for (let index = 0; index < 40; index++) writeFiles(path, { [`a${index}.py`]: `a${index} = 1\n` })
  const { indexer } = bench.open({
    limits: { parseTimeoutMs: 500, parseThreads: 1, maxFileBytes: 10_000_000 },
  })
  const result = await indexer.index({ path }).finished
  expect(result.files).toMatchObject({ failed: 1, indexed: 40 })
  expect(result.problems.find((problem) => problem.path === 'z/deep.py')).toMatchObject({
    outcome: 'failed',
    error: { errorType: 'PARSE_TIMEOUT' },
  })
  expect((await indexer.search('shallow', { mode: 'lexical' })).hits[0]?.path).toBe('z/deep.py')
  expect(await indexer.explain('slow', 'z/deep.py')).toMatchObject({
    state: 'failed',
    error: { errorType: 'PARSE_TIMEOUT' },
  })
})

test('a file that failed is among the problems, however many were skipped before it', async () => {
  const nested = `${'[\n'.repeat(500_000)}${']\n'.repeat(500_000)}`
  const path = bench.repository('many', { 'z/deep.py': `def deep():\n    return ${nested}\n` })
  for (let index = 0; index < 1_000; index++) writeFiles(path, { [`empty/${index}.txt`]: '' })
  const { indexer } = bench.open({ limits: { parseTimeoutMs: 200, maxFileBytes: 10_000_000 } })
  const result = await indexer.index({ path }).finished
  expect(result.files).toMatchObject({ failed: 1, skipped: 1_000 })
  expect(result.problems).toHaveLength(1_000)
  expect(result.problems.at(-1)).toMatchObject({ path: 'z/deep.py', outcome: 'failed' })
})

test('a submodule is named as one', async () => {
  const inner = bench.repository('inner', { 'a.py': 'def a():\n    return 1\n' })
  const path = bench.repository('outer', shop)
  git(path, '-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner, 'lib')
  const { indexer } = bench.open()
  const result = await indexer.index({ path }).finished
  expect(result.problems).toContainEqual(
    expect.objectContaining({ path: 'lib', reason: 'submodule' }),
  )
})
