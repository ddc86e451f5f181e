import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { CancelledError } from '@cairn/core'
import {
  decode,
  explanationSchema,
  foldStatus,
  indexEventSchema,
  logListSchema,
  planDocumentSchema,
  reconcileReportSchema,
  removalReportSchema,
  repositoryListSchema,
  type StatusDocument,
  searchAnswerSchema,
  statusDocumentSchema,
  taskListSchema,
} from '@cairn/protocol'
import { sqlite } from '@cairn/store-sqlite'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cairn, cairnHere, startCairn } from './fixtures/cairn-process.ts'
import {
  makeRepository,
  removeFolder,
  sampleFiles,
  temporaryFolder,
} from './fixtures/git-repository.ts'

let folder: string
/** A repository that is indexed once, for the tests that only read. */
let indexed: string

beforeAll(async () => {
  folder = temporaryFolder()
  indexed = makeRepository(join(folder, 'sample'), sampleFiles)
  const first = await cairn(indexed, ['index', '.'])
  expect(first).toMatchObject({ code: 0 })
})
afterAll(() => removeFolder(folder))

/** A repository of its own for a test that writes. */
function ownRepository(name: string, files = sampleFiles): string {
  return makeRepository(join(folder, name), files)
}

test('index says what became of the files and what to type next', async () => {
  const repository = ownRepository('summary')
  const { code, stdout, stderr } = await cairn(repository, ['index', '.'])
  expect(code).toBe(0)
  expect(stdout).toContain('Done: summary at main')
  expect(stdout).toMatch(/files +4 indexed, 1 skipped/)
  expect(stdout).toMatch(/skipped +binary 1/)
  expect(stdout).toMatch(/languages +.*python 2/)
  expect(stdout).toMatch(/index holds +\d+ chunks, \d+ symbols, \d+ edges/)
  expect(stdout).toMatch(/on disk +\S+ [kM]?B.* in \.cairn/)
  expect(stdout).toContain('cairn search "')
  expect(stderr).toMatch(/^parsing: started$/m)
  expect(stderr).toMatch(/^parsing: done in .+, 4 files$/m)
  expect(stdout + stderr).not.toContain('\u001b')
  expect(readFileSync(join(repository, '.cairn', '.gitignore'), 'utf8')).toBe('*\n')
})

test('index of the same again says that nothing changed, and does not index its own data', async () => {
  const repository = ownRepository('again')
  await cairnHere(repository, ['index', repository])
  const { code, stdout } = await cairn(repository, ['index', '.'])
  expect(code).toBe(0)
  expect(stdout).toMatch(/files +0 indexed, 4 unchanged, 1 skipped/)
})

test('the index is kept in CAIRN_DATA_DIR where that is set, and --data-dir goes before it', async () => {
  const repository = ownRepository('elsewhere')
  const [named, given] = [join(folder, 'named-data'), join(folder, 'given-data')]
  const environment = { CAIRN_DATA_DIR: named }
  const runIn = (...words: string[]) => startCairn(repository, words, environment).ended
  expect(await runIn('index', '.', '--data-dir', given)).toMatchObject({ code: 0 })
  expect(existsSync(named)).toBe(false)
  expect(await runIn('index', '.')).toMatchObject({ code: 0 })
  for (const data of [named, given]) {
    expect(existsSync(join(data, 'cairn.db'))).toBe(true)
    expect(readFileSync(join(data, '.gitignore'), 'utf8')).toBe('*\n')
  }
  expect(existsSync(join(repository, '.cairn'))).toBe(false)
  const { stdout } = await runIn('repositories', '--json')
  expect(JSON.parse(stdout).repositories).toHaveLength(1)
})

test('index --json prints each event and last the status that they fold to', async () => {
  const repository = ownRepository('json')
  const { code, stdout } = await cairn(repository, ['index', '.', '--json', '--name', 'renamed'])
  expect(code).toBe(0)
  const lines = stdout
    .trimEnd()
    .split('\n')
    .map((line): { type: string; data?: unknown } => JSON.parse(line))
  const result = lines.pop()
  expect(result?.type).toBe('result')
  const status = decode(statusDocumentSchema, result?.data)
  expect(status).toMatchObject({
    repositoryName: 'renamed',
    status: 'completed',
    overallProgress: 100,
    files: { indexed: 4, skipped: 1, failed: 0 },
  })
  let folded: StatusDocument | null = null
  let seq = 0
  for (const line of lines) {
    const event = decode(indexEventSchema, line)
    expect(event.seq).toBe(seq + 1)
    seq = event.seq
    folded = foldStatus(folded, event)
  }
  expect(folded).toMatchObject({ status: 'completed', seq, files: status.files })
  const stored = await cairnHere(repository, ['status', status.taskId, '--json'])
  expect(decode(statusDocumentSchema, JSON.parse(stored.stdout))).toEqual(status)
})

test('--data-dir says where the index is kept', async () => {
  const repository = ownRepository('elsewhere-indexed')
  const { code, stdout } = await cairn(repository, ['index', '.', '--data-dir', '../elsewhere'])
  expect(code).toBe(0)
  expect(stdout).toContain('in ../elsewhere')
  expect(existsSync(join(folder, 'elsewhere', 'cairn.db'))).toBe(true)
  expect(existsSync(join(repository, '.cairn'))).toBe(false)
})

test('search shows places and code, and stays quiet about colours in a pipe', async () => {
  const { code, stdout } = await cairn(indexed, ['search', 'retry', 'request', '--limit', '3'])
  expect(code).toBe(0)
  expect(stdout).toContain('src/retry.py:4-11')
  expect(stdout).toContain('def retry_request(send, attempts):')
  expect(stdout).not.toContain('\u001b')
})

test('search narrows by language, path and kind, and shows neighbours', async () => {
  const words = ['search', 'fetch url', '--json', '--language', 'python', '--path', 'src/**']
  const { code, stdout } = await cairnHere(indexed, [
    ...words,
    '--kind',
    'CLASS',
    '--neighbours',
    '--repository',
    'sample',
  ])
  expect(code).toBe(0)
  const { hits, freshness } = decode(searchAnswerSchema, JSON.parse(stdout))
  expect(hits.length).toBeGreaterThan(0)
  for (const hit of hits) {
    expect(hit).toMatchObject({ repository: 'sample', language: 'python', symbolKind: 'class' })
    expect(hit.neighbours).not.toBeNull()
  }
  expect(freshness).toMatchObject([{ repository: 'sample', ref: 'main' }])
})

test('FORCE_COLOR marks the words of the query in a pipe', async () => {
  const { stdout } = await cairnHere(indexed, ['search', 'retry'], { FORCE_COLOR: '1' })
  expect(stdout).toContain('\u001b[33mretry\u001b[39m')
})

test('plan says what index would do and writes nothing', async () => {
  const repository = ownRepository('planned')
  const { code, stdout } = await cairnHere(repository, [
    'plan',
    repository,
    '--files',
    '--exclude',
    'web/**',
  ])
  expect(code).toBe(0)
  expect(stdout).toMatch(/files +3 to index/)
  expect(stdout).toMatch(/skip +web\/format\.ts +excluded/)
  const json = await cairnHere(repository, ['plan', repository, '--json'])
  expect(decode(planDocumentSchema, JSON.parse(json.stdout)).totals).toMatchObject({
    files: 5,
    index: 4,
    skip: 1,
  })
  expect(existsSync(join(repository, '.cairn'))).toBe(false)
})

test('status and logs tell of a task', async () => {
  const list = await cairnHere(indexed, ['status', '--json'])
  const { tasks, total, recent } = decode(taskListSchema, JSON.parse(list.stdout))
  expect(total).toBe(1)
  expect(recent).toHaveLength(1)
  const taskId = tasks[0]?.taskId ?? ''
  const one = await cairnHere(indexed, ['status', taskId, '--json'])
  expect(decode(statusDocumentSchema, JSON.parse(one.stdout))).toMatchObject({
    taskId,
    status: 'completed',
  })
  expect((await cairnHere(indexed, ['status'])).stdout).toContain(taskId)
  expect((await cairnHere(indexed, ['status', taskId])).stdout).toContain('Indexed sample')
  const logs = await cairnHere(indexed, [
    'logs',
    taskId,
    '--json',
    '--level',
    'info',
    '--limit',
    '2',
  ])
  const page = decode(logListSchema, JSON.parse(logs.stdout))
  expect(page).toMatchObject({ taskId, repositoryName: 'sample', logLevel: 'INFO' })
  expect(page.logs).toHaveLength(2)
  expect(page.nextCursor).not.toBeNull()
  const text = await cairnHere(indexed, ['logs', taskId, '--follow', '--level', 'INFO'])
  expect(text.stdout.trimEnd().split('\n')).toHaveLength(page.totalLogs)
})

test('explain says in a sentence what became of a file', async () => {
  const skipped = await cairnHere(indexed, ['explain', 'sample', './logo.png'])
  expect(skipped.stdout).toContain('It was skipped because it holds binary data')
  const unknown = await cairnHere(indexed, ['explain', 'sample', 'nowhere.ts'])
  expect(unknown).toMatchObject({ code: 0 })
  expect(unknown.stdout).toContain('No run has met this path.')
  const json = await cairnHere(indexed, ['explain', 'sample', 'src/retry.py', '--json'])
  expect(decode(explanationSchema, JSON.parse(json.stdout))).toMatchObject({
    state: 'indexed',
    language: 'python',
  })
})

test('repositories lists what is indexed', async () => {
  expect((await cairnHere(indexed, ['repositories'])).stdout).toContain('sample at main')
  const { stdout } = await cairnHere(indexed, ['repositories', '--json'])
  expect(decode(repositoryListSchema, JSON.parse(stdout))).toMatchObject({
    totalRepositories: 1,
    repositories: [{ name: 'sample', files: 4, languages: { python: 2 } }],
  })
})

test('reconcile finds a sound index sound, and remove leaves nothing to find', async () => {
  const repository = ownRepository('removed')
  await cairnHere(repository, ['index', repository])
  const report = await cairnHere(repository, ['reconcile', 'removed', '--json'])
  expect(decode(reconcileReportSchema, JSON.parse(report.stdout))).toMatchObject({
    ok: true,
    checkedFiles: 4,
  })
  expect((await cairnHere(repository, ['reconcile', 'removed'])).stdout).toContain(
    'nothing differs',
  )
  const removal = await cairnHere(repository, ['remove', 'removed', '--json'])
  expect(decode(removalReportSchema, JSON.parse(removal.stdout)).removed.files).toBe(4)
  const search = await cairnHere(repository, ['search', 'retry', '--json'])
  expect(decode(searchAnswerSchema, JSON.parse(search.stdout)).hits).toEqual([])
  const again = await cairnHere(repository, ['remove', 'removed'])
  expect(again.code).toBe(1)
  expect(again.stderr).toContain('REPOSITORY_NOT_FOUND')
})

test('a command that is cancelled says what its error says, and exits with 130', async () => {
  const signal = AbortSignal.abort(new CancelledError('Half of it is gone.'))
  const removal = await cairnHere(indexed, ['remove', 'sample'], {}, signal)
  expect(removal).toMatchObject({ code: 130, stderr: 'Half of it is gone.\n' })
})

test('a folder where nothing is indexed yet is told kindly, and stays as it is', async () => {
  const repository = ownRepository('fresh')
  for (const words of [['search', 'x'], ['status'], ['repositories']]) {
    const { code, stderr } = await cairnHere(repository, words)
    expect(code).toBe(0)
    expect(stderr).toContain('Nothing is indexed here yet.')
    expect(stderr).toContain('cairn index .')
  }
  const search = await cairnHere(repository, ['search', 'x', '--json'])
  expect(decode(searchAnswerSchema, JSON.parse(search.stdout))).toEqual({ hits: [], freshness: [] })
  for (const words of [
    ['explain', 'a', 'b'],
    ['remove', 'a'],
    ['logs', 'a'],
    ['status', 'a'],
  ]) {
    expect((await cairnHere(repository, words)).code).toBe(1)
  }
  expect(existsSync(join(repository, '.cairn'))).toBe(false)
})

test('bad usage exits with 2 and says what is wrong', async () => {
  const wrong = [
    [['index'], 'cairn: missing required argument'],
    [['index'], 'index --help'],
    [['indx', '.'], 'Did you mean index?'],
    [['index', '.', '--depth', 'x'], '--depth'],
    [['index', '.', '--depth', '1'], '--depth'],
    [['search', 'x', '--limit', '0'], '--limit'],
    [['search', 'x', '--mode', 'fuzzy'], 'hybrid'],
    [['search', 'x', '--kind', 'thing'], 'function'],
    [['logs', 'x', '--level', 'loud'], 'WARNING'],
    [['index', '.', '--data-dir', ''], '--data-dir'],
    [['index', '.', '--data-dir='], '--data-dir'],
    [['index', ''], 'cairn: The path is empty; give a folder, for example ".".'],
    [['plan', ''], 'cairn: The path is empty; give a folder, for example ".".'],
  ] as const
  for (const [words, hint] of wrong) {
    const { code, stdout, stderr } = await cairnHere(indexed, words)
    expect([words, code]).toEqual([words, 2])
    expect(stdout).toBe('')
    expect(stderr).toContain(hint)
  }
})

test('help and version go to standard output', async () => {
  const help = await cairnHere(folder, ['--help'])
  expect(help.code).toBe(0)
  expect(help.stdout).toContain('reconcile')
  const version = await cairnHere(folder, ['--version'])
  expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
})

test('what cannot be indexed fails with a code and a sentence', async () => {
  const cases = [
    [['index', 'nowhere'], 'SOURCE_NOT_FOUND'],
    [['index', indexed, '--ref', 'nothing'], 'REF_NOT_FOUND'],
    [['index', 'ext::sh -c true'], 'URL_REFUSED'],
    [['index', '--', '-x'], 'SOURCE_NOT_FOUND'],
  ] as const
  for (const [words, errorCode] of cases) {
    const { code, stderr } = await cairnHere(indexed, words)
    expect([words, code, stderr]).toEqual([words, 1, expect.stringContaining(errorCode)])
  }
  const json = await cairn(indexed, ['index', 'nowhere', '--json'])
  expect(json.code).toBe(1)
  const lines = json.stdout.trimEnd().split('\n')
  const [failed, last] = lines.slice(-2).map((line) => JSON.parse(line))
  // On the wire there is no stack of the process that made it.
  expect(failed).toMatchObject({ type: 'run.failed', error: { stack_trace: null } })
  expect(last.type).toBe('result')
  expect(decode(statusDocumentSchema, last.data)).toMatchObject({ status: 'failed' })
})

test('a reader that goes away early crashes nothing', async () => {
  for (const words of [['search', 'retry request fetch', '--limit', '100'], ['--help']]) {
    const { child, ended } = startCairn(indexed, words)
    child.stdout?.destroy()
    const { code, stderr } = await ended
    expect([code, stderr.includes('EPIPE')]).toEqual([0, false])
  }
})

test('index goes on when nobody reads its events any more', async () => {
  const repository = ownRepository('unheard')
  const { child, ended } = startCairn(repository, ['index', '.', '--json'])
  child.stdout?.destroy()
  expect((await ended).code).toBe(0)
  const { stdout } = await cairnHere(repository, ['repositories', '--json'])
  expect(JSON.parse(stdout).repositories[0].files).toBe(4)
})

/** Enough code that a run can be caught in the middle. */
function manyFiles(count: number): Record<string, string> {
  const files: Record<string, string> = {}
  for (let at = 0; at < count; at += 1) {
    const functions = Array.from(
      { length: 20 },
      (_, each) => `def step_${at}_${each}(value):\n    return value + ${at} * ${each}\n`,
    )
    files[`part${at % 10}/module_${at}.py`] = functions.join('\n\n')
  }
  return files
}

// Windows has no signal that a process can handle and another can send.
if (process.platform !== 'win32') {
  test('Ctrl-C cancels cleanly, says how to go on, and that goes on', async () => {
    const repository = ownRepository('cancelled', manyFiles(400))
    const running = startCairn(repository, ['index', '.', '--json'])
    await running.seen(/"stage":"parsing"/, 'stdout')
    running.child.kill('SIGINT')
    const { code, stdout, stderr } = await running.ended
    expect(code).toBe(130)
    const last = JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')
    const { status, taskId } = decode(statusDocumentSchema, last.data)
    expect(status).toBe('cancelled')
    expect(stderr).toContain(`To go on where it was, type:\n  cairn resume ${taskId}\n`)
    const again = await cairn(repository, ['resume', taskId, '--json'])
    expect(again.code).toBe(0)
    const [first] = again.stdout.split('\n')
    expect(JSON.parse(first ?? '')).toMatchObject({ type: 'run.resumed', task_id: taskId })
    const end = JSON.parse(again.stdout.trimEnd().split('\n').at(-1) ?? '')
    expect(decode(statusDocumentSchema, end.data).files).toMatchObject({ indexed: 400, failed: 0 })
  })
}

test('resume of a task that has completed, or that nobody knows, says so', async () => {
  const listed = await cairnHere(indexed, ['status', '--json'])
  const { tasks } = decode(taskListSchema, JSON.parse(listed.stdout))
  const taskId = tasks.find(({ status }) => status === 'completed')?.taskId ?? ''
  const ended = await cairnHere(indexed, ['resume', taskId])
  expect(ended).toMatchObject({ code: 1, stderr: expect.stringContaining('TASK_ENDED') })
  const unknown = await cairnHere(indexed, ['resume', 'nobody'])
  expect(unknown).toMatchObject({ code: 1, stderr: expect.stringContaining('TASK_NOT_FOUND') })
  const nothing = await cairnHere(join(folder, 'nowhere'), ['resume', taskId])
  expect(nothing).toMatchObject({ code: 1, stderr: expect.stringContaining('index .') })
})

test('a second writer is told who writes, or waits when asked to', async () => {
  const repository = ownRepository('busy')
  const holder = sqlite({ path: join(repository, '.cairn', 'cairn.db') })
  await holder.journal.acquireWriter()
  const refused = await cairnHere(repository, ['index', repository])
  expect(refused.code).toBe(1)
  expect(refused.stderr).toContain('STORE_LOCKED')
  expect(refused.stderr).toContain('--wait')
  const waiting = startCairn(repository, ['index', '.', '--wait'])
  await waiting.seen(/Waiting for the process/)
  await holder.close()
  expect(await waiting.ended).toMatchObject({ code: 0 })
})

test('a file that could not be indexed is named, and the exit code says so', async () => {
  const repository = ownRepository('vanishing', { ...manyFiles(400), 'zz/gone.py': 'gone = 1\n' })
  const running = startCairn(repository, ['index', '.'])
  await running.seen(/parsing: started/)
  rmSync(join(repository, 'zz/gone.py'))
  const { code, stdout } = await running.ended
  expect(stdout).toMatch(/files +400 indexed, 1 failed/)
  expect(stdout).toMatch(/Failed files\n +zz\/gone\.py: .+\(FILE_UNREADABLE\)/)
  expect(stdout).toContain('cairn explain vanishing zz/gone.py')
  expect(code).toBe(3)
})
