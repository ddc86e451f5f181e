/** Small incremental runs, one after the other, as a service makes them over weeks. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { CairnError, createIndexer, type Indexer, type IndexRun, type Retention } from '@cairn/core'
import { staticEmbedder } from '@cairn/embedder-static'
import { sqlite } from '@cairn/store-sqlite'
import { createRandom } from './random.ts'

/** How long a soak is. */
export interface SoakForm {
  readonly runs: number
  readonly repositories: number
  /** Times that everything is measured. */
  readonly samples: number
  /** Small enough that what is kept is full long before the first half is over. */
  readonly retention: Retention
}

/** The forms of the soak: one for every day, and one of an hour. */
export const soakForms: Readonly<Record<'short' | 'long', SoakForm>> = {
  short: {
    runs: 600,
    repositories: 20,
    samples: 30,
    retention: { tasksPerRepository: 2, spareVectorBytes: 131_072 },
  },
  long: {
    runs: 20_000,
    repositories: 20,
    samples: 200,
    retention: { tasksPerRepository: 50, spareVectorBytes: 4_194_304 },
  },
}

/** What a process holds at one moment. */
export interface SoakSample {
  readonly runs: number
  /** Bytes of the heap after the garbage was collected, with what lies outside of it. */
  readonly heapBytes: number
  /** Bytes of the process in memory, all threads together. */
  readonly residentBytes: number
  /** Timers, sockets, threads' ports and the like. */
  readonly handles: number
  readonly openFiles: number
  readonly threads: number
  /** Bytes of the database's file. */
  readonly storeBytes: number
  /** Bytes of its write-ahead log. */
  readonly logBytes: number
}

/** What came of a soak. */
export interface SoakResult {
  readonly samples: readonly SoakSample[]
  readonly completed: number
  readonly cancelled: number
  readonly pausedAndResumed: number
  /** Rows that the last reconciliation found missing, altered or too many. */
  readonly differences: number
}

const lanes = 3
const filesOfARepository = 10
/** Of so many repositories one is remote. */
const remoteEvery = 10

interface Soaked {
  readonly path: string
  readonly isRemote: boolean
  isBusy: boolean
}

/** Runs in this process, which must be started with `--expose-gc`. */
export async function runSoak(options: {
  readonly form: SoakForm
  readonly seed: number
  readonly folder: string
  readonly signal: AbortSignal
  readonly onSample: (sample: SoakSample) => void
}): Promise<SoakResult> {
  const { form, seed, folder, signal } = options
  const random = createRandom(seed)
  const repositories = Array.from({ length: form.repositories }, (_, index): Soaked => {
    const path = join(folder, `repository${index}`)
    makeRepository(path, index)
    return { path, isRemote: index % remoteEvery === 0, isBusy: false }
  })
  const data = join(folder, 'data')
  const storage = sqlite({ path: join(data, 'cairn.db') })
  const embedder = staticEmbedder({ threads: 1 })
  const indexer = createIndexer({
    storage,
    embedder,
    cloneDirectory: join(data, 'clones'),
    retention: form.retention,
  })
  const counts = { completed: 0, cancelled: 0, pausedAndResumed: 0 }
  const samples: SoakSample[] = []
  let begun = 0

  const takeRepository = (): Soaked => {
    const free = repositories.filter(({ isBusy }) => !isBusy)
    const taken = free[Math.floor(random() * free.length)]
    if (!taken) throw new Error('There are fewer repositories than lanes.')
    return taken
  }

  const once = async (number: number): Promise<void> => {
    const repository = takeRepository()
    repository.isBusy = true
    try {
      edit(repository, number, random)
      const run = indexer.index(sourceOf(repository))
      if (number % 25 === 0) counts.cancelled += (await cancelled(run)) ? 1 : 0
      else if (number % 33 === 0) {
        counts.pausedAndResumed += (await pausedAndResumed(indexer, run)) ? 1 : 0
      } else {
        if (number % 20 === 0)
          for await (const event of run) if (event.type === 'run.started') break
        await run.finished
        counts.completed += 1
      }
      if (number % 10 === 0) await ask(indexer, run.taskId)
    } finally {
      repository.isBusy = false
    }
  }

  try {
    for (let at = 1; at <= form.samples; at++) {
      const until = Math.round((form.runs * at) / form.samples)
      const lane = async (): Promise<void> => {
        while (begun < until) {
          signal.throwIfAborted()
          begun += 1
          await once(begun)
        }
      }
      await Promise.all(Array.from({ length: lanes }, lane))
      // What was begun in the background after the last run has ended when this has.
      await indexer.cleanup({ olderThanHours: 1_000_000 })
      const sample = takeSample(begun, data)
      samples.push(sample)
      options.onSample(sample)
    }
    let differences = 0
    for (const { name } of await indexer.repositories()) {
      const report = await indexer.reconcile(name, { repair: false })
      differences += report.missing.length + report.orphan.length + report.altered.length
    }
    return { samples, ...counts, differences }
  } finally {
    await indexer.close()
    await embedder.close?.()
    await storage.close()
  }
}

function sourceOf({ path, isRemote }: Soaked): { url: string } | { path: string } {
  return isRemote ? { url: pathToFileURL(path).href } : { path }
}

/** Cancels a run as soon as it works; whether it was in time. */
async function cancelled(run: IndexRun): Promise<boolean> {
  run.once('stage.started', () => void run.cancel('Soaked.'))
  return run.finished.then(
    () => false,
    (error: unknown) => expectCode(error, 'CANCELLED'),
  )
}

/** Pauses a run as soon as it works, and goes on with it; whether it was in time. */
async function pausedAndResumed(indexer: Indexer, run: IndexRun): Promise<boolean> {
  const pausing = new Promise<boolean>((resolve) => {
    run.once('stage.started', () =>
      resolve(
        indexer.pause(run.taskId).then(
          () => true,
          (error: unknown) => !expectCode(error, 'TASK_ENDED'),
        ),
      ),
    )
  })
  await run.finished.catch((error: unknown) => expectCode(error, 'PAUSED'))
  if (!(await pausing)) return false
  await (await indexer.resume(run.taskId)).finished
  return true
}

function expectCode(error: unknown, code: string): true {
  if (CairnError.isInstance(error) && error.code === code) return true
  throw error
}

async function ask(indexer: Indexer, taskId: string): Promise<void> {
  await indexer.search('what is counted', { limit: 5 })
  await indexer.status(taskId)
  await indexer.logs(taskId)
  await indexer.tasks({ limit: 20 })
}

function git(folder: string, ...command: string[]): void {
  const identity = ['user.name=Soak', 'user.email=soak@example.com', 'commit.gpgsign=false']
  const settings = [...identity, 'gc.auto=0'].flatMap((setting) => ['-c', setting])
  execFileSync('git', [...settings, ...command], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
}

function makeRepository(path: string, index: number): void {
  mkdirSync(path, { recursive: true })
  git(path, 'init', '--quiet', '--initial-branch=main')
  for (let file = 0; file < filesOfARepository; file++) {
    write(path, placeOf(file), textOf(`${index}_${file}`))
  }
  git(path, 'add', '--all')
  git(path, 'commit', '--quiet', '-m', 'Soaked')
}

/** Changes, adds, moves or takes away a file or two; the names are always the same few. */
function edit({ path, isRemote }: Soaked, number: number, random: () => number): void {
  const file = Math.floor(random() * filesOfARepository)
  const place = join(path, placeOf(file))
  const kind = random()
  if (kind < 0.1) rmSync(place, { force: true })
  else if (kind < 0.2) {
    rmSync(place, { force: true })
    write(path, `moved/${placeOf(file)}`, textOf(`moved_${file}`))
  } else {
    if (kind > 0.9) rmSync(join(path, 'moved'), { recursive: true, force: true })
    write(path, placeOf(file), textOf(`${number}`))
  }
  if (!isRemote) return
  git(path, 'add', '--all')
  git(path, 'commit', '--quiet', '--allow-empty', '-m', `Edit ${number}`)
}

function placeOf(file: number): string {
  return file % 3 === 0 ? `docs/part${file}.md` : `source/part${file}.py`
}

function textOf(word: string): string {
  return `# Part ${word}

def count_${word}(items):
    """What is counted in ${word}."""
    return len(items) + helper_${word}(items)


def helper_${word}(items):
    """Helps to count ${word}."""
    return sum(1 for item in items if item == "${word}")
`
}

function write(folder: string, path: string, text: string): void {
  const target = join(folder, path)
  mkdirSync(dirname(target), { recursive: true })
  writeFileSync(target, text)
}

function takeSample(runs: number, data: string): SoakSample {
  if (!globalThis.gc) throw new Error('The soak runs in a process with --expose-gc.')
  // What the first collection lets finalizers run for goes with the second.
  globalThis.gc()
  globalThis.gc()
  const { heapUsed, external, rss } = process.memoryUsage()
  return {
    runs,
    heapBytes: heapUsed + external,
    residentBytes: rss,
    handles: process.getActiveResourcesInfo().length,
    openFiles: readdirSync('/proc/self/fd').length,
    threads: readdirSync('/proc/self/task').length,
    storeBytes: sizeOf(join(data, 'cairn.db')),
    logBytes: sizeOf(join(data, 'cairn.db-wal')),
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0
}
