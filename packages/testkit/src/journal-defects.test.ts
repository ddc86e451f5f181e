import { markAsUntransferable } from 'node:worker_threads'
import {
  type EncodedFile,
  type Journal,
  type ParsedFile,
  type SpooledFile,
  StoreError,
} from '@cairn/core'
import { decodeReferences, encodeReferences } from '@cairn/core/encoded-file'
import { type LogEntry, logEntry } from '@cairn/protocol'
import { catchesDefects } from './fixtures/catches.ts'
import { memoryJournal, openMemoryJournal } from './fixtures/memory-journal.ts'
import { memoryPlace } from './fixtures/memory-place.ts'
import { memoryPlans } from './fixtures/memory-spool.ts'
import { journalCases } from './journal/journal-cases.ts'

type Open = () => { first: Journal; second: Journal; loseWords(version: string): Promise<void> }

const working = (place = memoryPlace()): ReturnType<Open> => {
  const { store: first, loseWords } = openMemoryJournal(place)
  return { first, second: memoryJournal(place), loseWords }
}

const open = (make: (working: Journal) => Partial<Journal>) => (): ReturnType<Open> => {
  const { first, second, loseWords } = working()
  return { first: { ...first, ...make(first) }, second: { ...second, ...make(second) }, loseWords }
}

/** A journal of which one part is changed. */
function part<Name extends 'tasks' | 'plans' | 'spool' | 'ledger' | 'cache' | 'text'>(
  name: Name,
  make: (working: Journal[Name], journal: Journal) => Partial<Journal[Name]>,
): Open {
  return open((working) => ({ [name]: { ...working[name], ...make(working[name], working) } }))
}

/** A page whose items are the wrong way round. */
const reversed = <Item>(items: readonly Item[]): Item[] => [...items].reverse()

const withLogs = (change: (logs: LogEntry[]) => LogEntry[]) =>
  part('tasks', (tasks) => ({
    logs: async (taskId, filter) => {
      const answer = await tasks.logs(taskId, filter)
      return { ...answer, logs: change(answer.logs) }
    },
  }))

/** Passes the filter of `logs` on without one of its members. */
const logsWithout = (member: 'level' | 'stage' | 'file' | 'query' | 'since' | 'until') =>
  part('tasks', (tasks) => ({
    logs: (taskId, filter) =>
      tasks.logs(
        taskId,
        Object.fromEntries(Object.entries(filter).filter(([key]) => key !== member)),
      ),
  }))

/** Passes the filter of a search on without one of its members. */
const searchWithout = (member: 'repositories' | 'languages' | 'symbolKinds' | 'versions') =>
  part('text', (text) => ({
    search: (terms, { filter, ...options }) =>
      text.search(terms, {
        ...options,
        filter: Object.fromEntries(Object.entries(filter ?? {}).filter(([key]) => key !== member)),
      }),
  }))

const everything = 100_000

catchesDefects<ReturnType<Open>>({
  suite: 'the suite of journals',
  working: open(() => ({})),
  cases: (create) =>
    journalCases({
      propertyRuns: 100,
      create: async () => {
        const { first: store, loseWords } = create()
        return { store, loseWords, dispose: async () => {} }
      },
      createPair: async () => {
        const { first, second } = create()
        return {
          first: { store: first, dispose: async () => {} },
          second: { store: second, dispose: async () => {} },
        }
      },
    }),
  defects: {
    'events are given the next seq of their task and are read back as they were': {
      'counts from 0': part('tasks', (tasks) => ({
        append: async (events) =>
          (await tasks.append(events)).map((event) => ({ ...event, seq: event.seq - 1 })),
      })),
      'loses milliseconds': part('tasks', (tasks) => ({
        events: async (taskId, range) =>
          (await tasks.events(taskId, range)).map((event) => ({
            ...event,
            at: new Date(Math.floor(event.at.getTime() / 1000) * 1000),
          })),
      })),
    },
    'events are read page by page after a seq': {
      'begins a page with the last event of the one before': part('tasks', (tasks) => ({
        events: (taskId, { after, limit }) =>
          tasks.events(taskId, { limit, after: Math.max(0, (after ?? 0) - 1) }),
      })),
    },
    'a task whose first event is not run.queued is refused, with all that came in the same call': {
      'stores event by event': part('tasks', (tasks) => ({
        append: async (events) => {
          const stored = []
          for (const event of events) stored.push(...(await tasks.append([event])))
          return stored
        },
      })),
    },
    'appends at the same time leave no gap and no seq twice': {
      'gives a seq before it stores': part('tasks', (tasks) => ({
        append: async (events) => {
          const seqs = new Map<string, number>()
          for (const { taskId } of events) {
            const status = await tasks.status(taskId)
            seqs.set(taskId, status?.seq ?? 0)
          }
          await new Promise(setImmediate)
          const stored = await tasks.append(events)
          return stored.map((event) => ({ ...event, seq: (seqs.get(event.taskId) ?? 0) + 1 }))
        },
      })),
    },
    'an unknown task has no status': {
      rejects: part('tasks', () => ({
        status: async () => {
          throw new StoreError('STORE_FAILED', 'No such task.')
        },
      })),
    },
    'the status is what folding the events gives, whatever they are and however they come': {
      'forgets its warnings': part('tasks', (tasks) => ({
        status: async (taskId) => {
          const status = await tasks.status(taskId)
          return status && { ...status, warnings: [] }
        },
      })),
    },
    'the epoch is the same for every task': {
      'gives each its own': part('tasks', (tasks) => ({
        status: async (taskId) => {
          const status = await tasks.status(taskId)
          return status && { ...status, epoch: taskId }
        },
      })),
      'has none': part('tasks', (tasks) => ({
        status: async (taskId) => {
          const status = await tasks.status(taskId)
          return status && { ...status, epoch: '' }
        },
      })),
    },
    'tasks come newest first, page by page, with their total': {
      'gives the oldest first': part('tasks', (tasks) => ({
        tasks: async (filter) => {
          const answer = await tasks.tasks(filter)
          return { ...answer, tasks: reversed(answer.tasks) }
        },
      })),
      'counts the page for the total': part('tasks', (tasks) => ({
        tasks: async (filter) => {
          const answer = await tasks.tasks(filter)
          return { ...answer, total: answer.tasks.length }
        },
      })),
    },
    'a page of tasks has 50 unless a limit says otherwise': {
      'gives all': part('tasks', (tasks) => ({
        tasks: (filter) => tasks.tasks({ limit: everything, ...filter }),
      })),
    },
    'tasks are narrowed by status and repository, alone and together': {
      'ignores the status': part('tasks', (tasks) => ({
        tasks: ({ status: _, ...filter }) => tasks.tasks(filter),
      })),
      'ignores the status where there is a repository': part('tasks', (tasks) => ({
        tasks: ({ status, ...filter }) =>
          tasks.tasks(status && filter.repository === undefined ? { ...filter, status } : filter),
      })),
    },
    'tasks are narrowed by several repositories at once': {
      'takes the first of them': part('tasks', (tasks) => ({
        tasks: ({ repository, ...filter }) =>
          tasks.tasks({ ...filter, repository: [repository ?? []].flat().slice(0, 1) }),
      })),
      'takes none for any': part('tasks', (tasks) => ({
        tasks: ({ repository, ...filter }) =>
          tasks.tasks(repository?.length === 0 || !repository ? filter : { ...filter, repository }),
      })),
    },
    'tasks that ended come by their end, newest first, page by page': {
      'gives them by when they were queued': part('tasks', (tasks) => ({
        tasks: (filter) =>
          tasks.tasks(
            filter.order === 'ended'
              ? { ...filter, order: 'queued', status: ['completed', 'failed', 'cancelled'] }
              : filter,
          ),
      })),
      'takes the last event for the end': part('tasks', (tasks) => ({
        tasks: async (filter) => {
          const answer = await tasks.tasks(filter)
          const byUpdate = [...answer.tasks].sort(
            (left, right) => right.updatedAt.getTime() - left.updatedAt.getTime(),
          )
          return { ...answer, tasks: byUpdate }
        },
      })),
      'has a cursor that repeats the last of a page': part('tasks', (tasks) => ({
        tasks: ({ cursor, ...filter }) =>
          tasks.tasks(
            cursor === undefined ? filter : { ...filter, cursor: String(Number(cursor) - 1) },
          ),
      })),
    },
    'totals sum up the tasks that are meant': {
      'sums up every task': part('tasks', (tasks) => ({ totals: () => tasks.totals({}) })),
      'ignores the status': part('tasks', (tasks) => ({
        totals: ({ status: _, ...selection }) => tasks.totals(selection),
      })),
      'takes the time of those that go on too': part('tasks', (tasks) => ({
        totals: async (selection) => {
          const { tasks: meant } = await tasks.tasks(selection)
          const totalProcessingTime = meant.reduce((sum, task) => sum + task.processingTime, 0)
          return { ...(await tasks.totals(selection)), totalProcessingTime }
        },
      })),
      'takes the mean over all': part('tasks', (tasks) => ({
        totals: async (selection) => {
          const { tasks: meant } = await tasks.tasks(selection)
          const sum = meant.reduce((total, task) => total + task.throughputFilesPerSecond, 0)
          return {
            ...(await tasks.totals(selection)),
            averageFilesPerSecond: sum / Math.max(1, meant.length),
          }
        },
      })),
    },
    'a look at what changed gives the events since the last one, of every task in their order': {
      'gives each task apart': part('tasks', (tasks) => ({
        changes: async (options) => {
          const look = await tasks.changes(options)
          const byTask = [...look.events].sort((a, b) => (a.taskId < b.taskId ? -1 : 1))
          const others = byTask.reverse()
          return { ...look, events: look.events.length > 2 ? others : look.events }
        },
      })),
      'begins with what was there before': part('tasks', (tasks) => ({
        changes: ({ after = '0', ...options }) => tasks.changes({ ...options, after }),
      })),
      'forgets the rest of a full page': part('tasks', (tasks) => ({
        changes: async (options) => ({ ...(await tasks.changes(options)), hasMore: false }),
      })),
    },
    'a look at what changed leaves out the tasks that it is told to': {
      'gives them too': part('tasks', (tasks) => ({
        changes: ({ besides: _, ...options }) => tasks.changes(options),
      })),
      'meets them again at the next look': part('tasks', (tasks) => ({
        changes: async (options) => {
          const look = await tasks.changes(options)
          return options.besides ? { ...look, cursor: options.after ?? look.cursor } : look
        },
      })),
    },
    'what ended long ago is dropped, but for what the ledger and its files need': {
      'drops nothing': part('tasks', () => ({ prune: async () => 0 })),
      'drops what ended at any time': part('tasks', (tasks) => ({
        prune: () => tasks.prune({ endedBefore: new Date(Date.UTC(2100, 0, 1)) }),
      })),
      'keeps no record of what it dropped': open((working) => {
        let hasPruned = false
        return {
          tasks: {
            ...working.tasks,
            prune: async (limits) => {
              hasPruned = true
              return working.tasks.prune(limits)
            },
          },
          plans: {
            ...working.plans,
            record: async (repository, path) =>
              hasPruned ? null : working.plans.record(repository, path),
          },
        }
      }),
      'keeps every record': part('plans', (plans) => {
        const known = new Map<string, ReturnType<typeof plans.record>>()
        return {
          record: async (repository, path) => {
            const record = await plans.record(repository, path)
            const key = `${repository} ${path}`
            if (record) known.set(key, Promise.resolve(record))
            return known.get(key) ?? null
          },
        }
      }),
      'keeps the events': part('tasks', (tasks) => {
        const known = new Map<string, ReturnType<typeof tasks.events>>()
        return {
          append: async (events) => {
            const stored = await tasks.append(events)
            for (const { taskId } of stored) known.set(taskId, tasks.events(taskId, { limit: 9 }))
            return stored
          },
          events: async (taskId, range) => (await known.get(taskId)) ?? tasks.events(taskId, range),
        }
      }),
    },
    'of each repository so many tasks are kept, those that ended last': {
      'keeps any number': part('tasks', (tasks) => ({
        prune: ({ perRepository: _, ...limits }) => tasks.prune(limits),
      })),
      'keeps one too few': part('tasks', (tasks) => ({
        prune: ({ perRepository = 1, ...limits }) =>
          tasks.prune({ ...limits, perRepository: perRepository - 1 }),
      })),
      'drops all at once': part('tasks', (tasks) => ({
        prune: ({ limit: _, ...limits }) => tasks.prune(limits),
      })),
    },
    'events of ended tasks take at most so many bytes, but for what has to stay': {
      'keeps any number': part('tasks', (tasks) => ({
        prune: ({ bytes: _, ...limits }) => tasks.prune(limits),
      })),
      'drops all where it drops some': part('tasks', (tasks) => ({
        prune: ({ bytes = 0 }) => tasks.prune({ bytes: bytes > 100_000 ? bytes : 0 }),
      })),
    },
    'a listed task is its status': {
      'lists without the errors': part('tasks', (tasks) => ({
        tasks: async (filter) => {
          const answer = await tasks.tasks(filter)
          return { ...answer, tasks: answer.tasks.map((status) => ({ ...status, errors: [] })) }
        },
      })),
    },
    'entries are those that the protocol derives from the events, oldest first': {
      'gives the newest first': withLogs(reversed),
      'does not know where the task was': part('tasks', (tasks) => ({
        logs: async (taskId, { limit = 100 }) => {
          const events = await tasks.events(taskId, { limit: everything })
          const logs = events.flatMap((event) => logEntry(event) ?? [])
          return { logs: logs.slice(0, limit), total: logs.length, nextCursor: null }
        },
      })),
    },
    'each filter narrows alone': {
      'ignores the level': logsWithout('level'),
      'ignores the stage': logsWithout('stage'),
      'ignores the file': logsWithout('file'),
      'ignores the query': logsWithout('query'),
      'ignores since': logsWithout('since'),
      'ignores until': logsWithout('until'),
      'takes the query for a pattern': part('tasks', (tasks) => ({
        logs: (taskId, { query, ...filter }) =>
          tasks.logs(taskId, query === undefined || query === '%' ? filter : { ...filter, query }),
      })),
      'minds the case of letters that are not ASCII': part('tasks', (tasks) => ({
        logs: async (taskId, filter) => {
          const answer = await tasks.logs(taskId, filter)
          if (!/[^\0-\x7f]/.test(filter.query ?? '')) return answer
          const logs = answer.logs.filter(({ message }) => message.includes(filter.query ?? ''))
          return { ...answer, logs }
        },
      })),
    },
    'filters narrow together': {
      'looks at the first of the filters': part('tasks', (tasks) => ({
        logs: (taskId, filter) =>
          tasks.logs(taskId, Object.fromEntries(Object.entries(filter).slice(0, 1))),
      })),
    },
    'pages follow each other by cursor, with and without a filter': {
      'has a cursor at the end': part('tasks', (tasks) => ({
        logs: async (taskId, filter) => {
          const answer = await tasks.logs(taskId, filter)
          return { ...answer, nextCursor: answer.nextCursor ?? String(answer.total) }
        },
      })),
      'counts the page for the total': part('tasks', (tasks) => ({
        logs: async (taskId, filter) => {
          const answer = await tasks.logs(taskId, filter)
          return { ...answer, total: answer.logs.length }
        },
      })),
    },
    'a page of logs has 100 entries unless a limit says otherwise': {
      'gives all': part('tasks', (tasks) => ({
        logs: (taskId, filter) => tasks.logs(taskId, { limit: everything, ...filter }),
      })),
    },
    'an unknown task has no logs': {
      rejects: part('tasks', () => ({
        logs: async () => {
          throw new StoreError('STORE_FAILED', 'No such task.')
        },
      })),
    },
    'the figures of a stage count the runs that completed it, failed in it and are in it': {
      'does not count failures': part('tasks', (tasks) => ({
        metrics: async (selection) => {
          const { stages, embedding } = await tasks.metrics(selection)
          const { cloning } = stages
          if (!cloning) return { stages, embedding }
          return { stages: { ...stages, cloning: { ...cloning, errorCount: 0 } }, embedding }
        },
      })),
    },
    'the figures of embedding sum up every run': {
      'counts embedded chunks twice': part('tasks', (tasks) => ({
        metrics: async (selection) => {
          const { stages, embedding } = await tasks.metrics(selection)
          const totalChunksEmbedded = embedding.totalChunksEmbedded * 2
          return { stages, embedding: { ...embedding, totalChunksEmbedded } }
        },
      })),
    },
    'figures are narrowed by repositories': {
      'figures over all': part('tasks', (tasks) => ({ metrics: () => tasks.metrics({}) })),
      'takes none for any': part('tasks', (tasks) => ({
        metrics: ({ repository }) =>
          tasks.metrics(repository === undefined || repository.length === 0 ? {} : { repository }),
      })),
      'narrows the stages alone': part('tasks', (tasks) => ({
        metrics: async (selection) => ({
          ...(await tasks.metrics(selection)),
          embedding: (await tasks.metrics({})).embedding,
        }),
      })),
    },
    'seconds of an item are the median over the last runs of the repository': {
      'gives the mean': part('tasks', () => ({ secondsPerItem: async () => ({ parsing: 4 }) })),
    },
    'a stage without items says nothing about an item': {
      'divides by nothing': part('tasks', () => ({
        secondsPerItem: async () => ({ parsing: Number.POSITIVE_INFINITY }),
      })),
    },
    'the files to index come by path, page by page, and no others': {
      'gives those to skip too': part('plans', (plans) => ({
        add: (runId, files) =>
          plans.add(
            runId,
            files.map((file) =>
              file.action === 'skip'
                ? { ...file, action: 'index' as const, contentHash: 'c', version: 'v' }
                : file,
            ),
          ),
      })),
      'gives them in no order': part('plans', (plans) => ({
        toIndex: async (runId, range) => reversed(await plans.toIndex(runId, range)),
      })),
    },
    'a plan that was never begun, or has no files, has none to index': {
      rejects: part('plans', () => ({
        toIndex: async () => {
          throw new StoreError('STORE_FAILED', 'No such plan.')
        },
      })),
    },
    'a plan that is whole drops the earlier ones of its repository, and no others': {
      'keeps the earlier one': part('plans', () => ({ complete: async () => undefined })),
      'drops it too early': part('plans', (plans) => ({
        begin: async (run) => {
          await plans.begin(run)
          await plans.complete(run.runId)
        },
      })),
      'drops all': part('plans', (plans) => ({
        begin: ({ runId }) => plans.begin({ runId, repository: 'one' }),
      })),
    },
    'the plans of a task that has not ended stay while others of its repository are made': {
      'looks at no task': () => {
        const place = memoryPlace()
        const { first, second, loseWords } = working(place)
        const plans = memoryPlans({ ...place, tasks: new Map() })
        const blind = (journal: Journal): Journal => ({
          ...journal,
          plans: { ...journal.plans, ...plans },
        })
        return { first: blind(first), second: blind(second), loseWords }
      },
      'keeps those of its own task': part('plans', (plans, { tasks }) => ({
        complete: async (runId) => {
          const { tasks: all } = await tasks.tasks({})
          const own = all.find((task) => task.runId === runId)
          const events = await tasks.events(own?.taskId ?? '', { limit: 99 })
          if (events.every(({ type }) => type !== 'run.resumed')) await plans.complete(runId)
        },
      })),
    },
    'the record of a file is the last thing that became of it': {
      'keeps the first': part('plans', (plans) => {
        let first: ReturnType<typeof plans.record> | undefined
        return {
          record: (repository, path) => {
            first ??= plans.record(repository, path)
            return first
          },
        }
      }),
    },
    'the record of a failed file has its error': {
      'leaves it out': part('plans', (plans) => ({
        record: async (repository, path) => {
          const record = await plans.record(repository, path)
          return record && { ...record, error: null }
        },
      })),
    },
    'a path that no run met has no record': {
      'looks for the path in every repository': part('plans', (plans, { tasks }) => ({
        record: async (_, path) => {
          const all = (await tasks.tasks({})).tasks
          return plans.record(all[0]?.repositoryName ?? '', path)
        },
      })),
    },
    'a file is read back as it was written, and its chunks without their texts': {
      'loses the receivers of references': part('spool', (spool) => ({
        files: async (versions) =>
          (await spool.files(versions)).map((file) => ({
            ...file,
            uses: encodeReferences(
              decodeReferences(file.uses).map((use) => ({ ...use, receiver: null })),
            ),
          })),
      })),
      'loses the kind of a chunk': part('spool', (spool) => ({
        chunks: async (versions) =>
          (await spool.chunks(versions)).map((file) => ({
            ...file,
            chunks: file.chunks.map((chunk) => ({ ...chunk, symbolKind: null })),
          })),
      })),
      'does not know a file without chunks': part('spool', (spool) => ({
        files: async (versions) =>
          (await spool.files(versions)).filter(({ chunkCount }) => chunkCount > 0),
      })),
    },
    'what was asked for may go to another thread, and is there when asked for again': {
      'gives the bytes that it keeps': part('spool', (spool) => {
        const kept = new Map<string, SpooledFile>()
        return {
          files: async (versions) => {
            const files = await spool.files(versions)
            for (const file of files) if (!kept.has(file.version)) kept.set(file.version, file)
            return files.flatMap(({ version }) => kept.get(version) ?? [])
          },
        }
      }),
      'gives bytes that are not to be transferred': part('spool', (spool) => ({
        surfaces: async (versions) =>
          (await spool.surfaces(versions)).map((file) => {
            markAsUntransferable(file.surface.buffer)
            return file
          }),
      })),
    },
    'files come in the order asked, without those that are not there': {
      'gives them in the order they were written': part('spool', (spool) => ({
        files: async (versions) => {
          const files = await spool.files(versions)
          return files.sort((left, right) => (left.path < right.path ? -1 : 1))
        },
      })),
      'gives every version for one that is there': part('spool', () => ({
        has: async (versions) => new Set(versions),
      })),
    },
    'a file may be written in its encoded form': {
      'leaves an encoded file out': part('spool', (spool) => ({
        write: (repository, files) =>
          spool.write(
            repository,
            files.filter(({ parsed }) => !('bytes' in parsed)),
          ),
      })),
    },
    'asking for nothing gives nothing': {
      'takes every version to be there': part('spool', () => ({
        has: async (versions) => new Set(versions),
      })),
    },
    'a version that is there already is left as it is': {
      'writes it again': part('spool', (spool, { text }) => {
        const written = new Map<string, Parameters<typeof spool.write>[1][number]>()
        return {
          write: async (repository, files) => {
            for (const file of files) written.set(file.version, file)
            await spool.write(repository, files)
            await text.restore([])
          },
          files: async (versions) =>
            (await spool.files(versions)).map((file) => ({
              ...file,
              language: languageOf(written.get(file.version)?.parsed) ?? file.language,
            })),
        }
      }),
    },
    'a version is never there in part, also while it is being written': {
      'shows it before its last chunk is written': part('spool', (spool) => {
        let isWriting = false
        return {
          write: async (repository, files) => {
            isWriting = true
            await spool.write(repository, files)
            await new Promise(setImmediate)
            isWriting = false
          },
          chunks: async (versions) => {
            const files = await spool.chunks(versions)
            return isWriting
              ? files.map((file) => ({ ...file, chunks: file.chunks.slice(0, -1) }))
              : files
          },
        }
      }),
    },
    'sweeping deletes what neither the ledger nor a plan refers to, and counts it': {
      'deletes nothing': part('spool', () => ({ sweep: async () => 0 })),
      'forgets that a plan refers to it': part('spool', (spool, { plans }) => ({
        sweep: async (repository = '') => {
          await plans.begin({ repository, runId: `none of ${repository}` })
          await plans.complete(`none of ${repository}`)
          return spool.sweep(repository)
        },
      })),
    },
    'sweeping all reaches every repository': {
      'needs a repository': part('spool', (spool) => ({
        sweep: async (repository) => (repository === undefined ? 0 : spool.sweep(repository)),
      })),
      'counts what it left': part('spool', (spool) => ({
        sweep: async (repository) => (await spool.sweep(repository)) + 1,
      })),
    },
    'what was swept can be written again': {
      'remembers versions': part('spool', (spool) => {
        const known = new Set<string>()
        return {
          write: async (repository, files) => {
            await spool.write(
              repository,
              files.filter(({ version }) => !known.has(version)),
            )
            for (const { version } of files) known.add(version)
          },
        }
      }),
    },
    'each distinct text of the files to index comes once, shortest first, with how many have it': {
      'gives the longest first': part('spool', (spool) => ({
        missingTexts: async (runId, fingerprint, { limit }) =>
          reversed(await spool.missingTexts(runId, fingerprint, { limit })),
      })),
      'leaves the context out': part('spool', (spool) => ({
        missingTexts: async (runId, fingerprint, range) =>
          (await spool.missingTexts(runId, fingerprint, range)).map((text) => ({
            ...text,
            input: text.input.replace(/^in b\n/, ''),
          })),
      })),
    },
    'texts of the same length are all there, page by page': {
      'goes on after the length of the last': part('spool', (spool) => ({
        missingTexts: async (runId, fingerprint, { after, limit }) => {
          const texts = await spool.missingTexts(runId, fingerprint, { limit: everything })
          return texts
            .map((text) => ({ ...text, cursor: text.cursor.slice(0, 9) }))
            .filter(({ cursor }) => after === undefined || cursor > after)
            .slice(0, limit)
        },
      })),
    },
    'a text that the cache has for the embedder is not missing': {
      'asks for it again': part('spool', (spool) => ({
        missingTexts: (runId, _, range) => spool.missingTexts(runId, 'none', range),
      })),
    },
    'paging goes on rightly while the cache is being filled': {
      'counts pages': part('spool', (spool) => ({
        missingTexts: async (runId, fingerprint, { after, limit }) => {
          const texts = await spool.missingTexts(runId, fingerprint, { limit: everything })
          const start = after === undefined ? 0 : Number(after)
          return texts
            .slice(start, start + limit)
            .map((text, index) => ({ ...text, cursor: String(start + index + 1) }))
        },
      })),
    },
    'the totals count chunks and distinct texts, and those that the cache has': {
      'counts chunks for texts': part('spool', (spool) => ({
        totals: async (runId, fingerprint) => {
          const totals = await spool.totals(runId, fingerprint)
          return { ...totals, texts: totals.chunks }
        },
      })),
    },
    'a run without a plan has no texts': {
      rejects: part('spool', () => ({
        totals: async () => {
          throw new StoreError('STORE_FAILED', 'No such plan.')
        },
      })),
    },
    'what is staged is not there until it is committed': {
      'makes it live at once': part('ledger', (ledger) => {
        const staged = new Map<string, Parameters<typeof ledger.stage>[1][number]>()
        return {
          stage: async (runId, files) => {
            for (const file of files) staged.set(file.path, file)
            await ledger.stage(runId, files)
          },
          file: async (repository, path) =>
            (await ledger.file(repository, path)) ?? staged.get(path) ?? null,
        }
      }),
    },
    'a file that is staged again takes the place of the former': {
      'keeps the former': part('ledger', (ledger) => {
        const staged = new Set<string>()
        return {
          stage: (runId, files) =>
            ledger.stage(
              runId,
              files.filter(({ path }) => staged.size < staged.add(path).size),
            ),
        }
      }),
    },
    'a committed repository is listed with its sums': {
      'counts files for chunks': part('ledger', (ledger) => ({
        repository: async (name) => {
          const summary = await ledger.repository(name)
          return summary && { ...summary, chunks: summary.files }
        },
      })),
      'forgets the bytes': part('ledger', (ledger) => ({
        repository: async (name) => {
          const summary = await ledger.repository(name)
          return summary && { ...summary, sizeBytes: 0 }
        },
      })),
      'forgets what the host said': part('ledger', (ledger) => ({
        commit: (runId, { about: _, ...repository }) => ledger.commit(runId, repository),
      })),
      'has a text for a time': part('ledger', (ledger) => ({
        repositories: async () => JSON.parse(JSON.stringify(await ledger.repositories())),
      })),
    },
    'files come by path, page by page, each as it was staged': {
      'normalises paths': part('ledger', (ledger) => ({
        stage: (runId, files) =>
          ledger.stage(
            runId,
            files.map((file) => ({ ...file, path: file.path.normalize() })),
          ),
      })),
      'forgets failed chunks': part('ledger', (ledger) => ({
        stage: (runId, files) =>
          ledger.stage(
            runId,
            files.map((file) => ({ ...file, failedChunks: [] })),
          ),
      })),
    },
    'a commit replaces what is staged, drops what the plan deletes or skips, and keeps the rest': {
      'keeps what is skipped': part('plans', (plans) => ({
        add: (runId, files) =>
          plans.add(
            runId,
            files.filter(({ action }) => action !== 'skip'),
          ),
      })),
      'drops what failed': part('plans', (plans) => ({
        add: (runId, files) =>
          plans.add(
            runId,
            files.map((file) => (file.path === 'failed' ? { ...file, action: 'delete' } : file)),
          ),
      })),
      'remembers no garbage': part('ledger', () => ({
        garbage: async () => ({ versions: [], edgeSets: [] }),
      })),
    },
    'what is still live is no garbage': {
      'takes the edge sets for garbage that are live': part('ledger', (ledger) => {
        const edgeSets = new Set<string>()
        return {
          stage: async (runId, files) => {
            for (const file of files) edgeSets.add(file.edgeSet)
            await ledger.stage(runId, files)
          },
          garbage: async (repository, limit) => ({
            versions: (await ledger.garbage(repository, limit)).versions,
            edgeSets: [...edgeSets],
          }),
        }
      }),
    },
    'a version that comes back before it was collected is live and no garbage': {
      'remembers all that ever was garbage': part('ledger', (ledger) => {
        const edgeSets = new Set<string>()
        return {
          commit: async (runId, repository) => {
            await ledger.commit(runId, repository)
            const garbage = await ledger.garbage(repository.name, everything)
            for (const edgeSet of garbage.edgeSets) edgeSets.add(edgeSet)
          },
          garbage: async (repository, limit) => ({
            ...(await ledger.garbage(repository, limit)),
            edgeSets: [...edgeSets],
          }),
        }
      }),
    },
    'after a change of embedder a live version is garbage in the space of the former': {
      'takes no live version for garbage': part('ledger', (ledger) => ({
        garbage: async (repository, limit) => {
          const { versions, edgeSets } = await ledger.garbage(repository, limit)
          const live = await ledger.live(versions.map(({ version }) => version))
          return { edgeSets, versions: versions.filter(({ version }) => !live.has(version)) }
        },
      })),
    },
    'garbage comes in pages and is there until it was collected': {
      'forgets garbage that it told': part('ledger', (ledger) => ({
        garbage: async (repository, limit) => {
          const garbage = await ledger.garbage(repository, limit)
          await ledger.collected(repository, garbage)
          return garbage
        },
      })),
      'forgets the garbage of every repository': part('ledger', (ledger) => {
        const names = new Set<string>()
        return {
          commit: async (runId, repository) => {
            names.add(repository.name)
            await ledger.commit(runId, repository)
          },
          collected: async () => {
            for (const name of names) {
              await ledger.collected(name, await ledger.garbage(name, everything))
            }
          },
        }
      }),
    },
    'an unknown repository has no files and no garbage': {
      rejects: part('ledger', () => ({
        remove: async () => {
          throw new StoreError('STORE_FAILED', 'No such repository.')
        },
      })),
    },
    'repositories are kept apart, also for files of the same path': {
      'commits what every run staged': part('ledger', (ledger) => ({
        stage: (_, files) => ledger.stage('one', files),
        commit: (_, repository) => ledger.commit('one', repository),
      })),
    },
    'a reader sees a commit whole or not at all': {
      'shows a part of it': part('ledger', (ledger) => {
        let isCommitting = false
        return {
          commit: async (runId, repository) => {
            isCommitting = true
            await ledger.commit(runId, repository)
            await new Promise(setImmediate)
            isCommitting = false
          },
          live: async (owners) => {
            const live = await ledger.live(owners)
            return isCommitting ? new Set([...live].slice(1)) : live
          },
        }
      }),
    },
    'removing a repository forgets all of it but its tasks and events, and counts it': {
      'leaves the spool': part('ledger', (ledger, { spool }) => {
        const place: Parameters<typeof spool.write>[1][number][] = []
        const { write } = spool
        spool.write = async (repository, files) => {
          place.push(...files)
          await write(repository, files)
        }
        return {
          remove: async (repository) => {
            const counts = await ledger.remove(repository)
            await write(repository, place)
            return counts
          },
        }
      }),
      'counts nothing': part('ledger', (ledger) => ({
        remove: async (repository) => {
          await ledger.remove(repository)
          return { files: 0, chunks: 0 }
        },
      })),
    },
    'thousands of owners are asked for in one call': {
      'looks at the first 999': part('ledger', (ledger) => ({
        live: (owners) => ledger.live(owners.slice(0, 999)),
      })),
    },
    'any sequence of runs leaves the files that a map would hold, and as garbage what went from it':
      {
        'never deletes': part('plans', (plans) => ({
          add: (runId, files) =>
            plans.add(
              runId,
              files.filter(({ action }) => action !== 'delete'),
            ),
        })),
        'forgets edge sets': part('ledger', (ledger) => ({
          garbage: async (repository, limit) => ({
            ...(await ledger.garbage(repository, limit)),
            edgeSets: [],
          }),
        })),
        'takes no live version for garbage': part('ledger', (ledger) => ({
          garbage: async (repository, limit) => {
            const { versions, edgeSets } = await ledger.garbage(repository, limit)
            const live = await ledger.live(versions.map(({ version }) => version))
            return { edgeSets, versions: versions.filter(({ version }) => !live.has(version)) }
          },
        })),
      },
    'vectors come in the order asked, null for those that are not there': {
      'leaves out those that are not there': part('cache', (cache) => ({
        get: async (fingerprint, hashes) =>
          (await cache.get(fingerprint, hashes)).filter((vector) => vector !== null),
      })),
    },
    'vectors of different fingerprints are kept apart': {
      'goes by the text alone': part('cache', (cache) => ({
        get: (_, hashes) => cache.get('one', hashes),
        put: (_, entries) => cache.put('one', entries),
      })),
    },
    'a vector may be put again, also twice in one call': {
      'refuses one that it has': part('cache', (cache) => ({
        put: async (fingerprint, entries) => {
          const known = await cache.get(
            fingerprint,
            entries.map(({ textHash }) => textHash),
          )
          if (known.some((vector) => vector !== null)) {
            throw new StoreError('STORE_FAILED', 'It is there already.')
          }
          await cache.put(fingerprint, entries)
        },
      })),
    },
    'nothing can be put and got': {
      'refuses it': part('cache', () => ({
        put: async () => {
          throw new StoreError('STORE_FAILED', 'Nothing to put.')
        },
      })),
    },
    'the vectors that were given stay the caller’s': {
      'stores the buffer behind a part of it': part('cache', (cache) => ({
        put: (fingerprint, entries) =>
          cache.put(
            fingerprint,
            entries.map(({ textHash, vector }) => ({
              textHash,
              vector: new Float32Array(vector.buffer, 0, vector.length),
            })),
          ),
      })),
    },
    'spare vectors are dropped, and none that a file may need': {
      'drops nothing': part('cache', () => ({ prune: async () => 0 })),
      'drops all': open(({ cache }) => {
        let hasPruned = false
        return {
          cache: {
            ...cache,
            prune: async (spare) => {
              hasPruned ||= spare.maxBytes === 0
              return cache.prune(spare)
            },
            get: async (fingerprint, textHashes) =>
              hasPruned ? textHashes.map(() => null) : cache.get(fingerprint, textHashes),
          },
        }
      }),
      'takes every embedder for one in use': open((working) => {
        const put = new Map<string, Set<string>>()
        return {
          cache: {
            ...working.cache,
            put: async (fingerprint, entries) => {
              const known = put.get(fingerprint) ?? new Set()
              put.set(fingerprint, known)
              for (const { textHash } of entries) known.add(textHash)
              await working.cache.put(fingerprint, entries)
            },
            prune: async (spare) => {
              const before = new Map<string, (Float32Array | null)[]>()
              for (const [fingerprint, hashes] of put) {
                before.set(fingerprint, await working.cache.get(fingerprint, [...hashes]))
              }
              const dropped = await working.cache.prune(spare)
              for (const [fingerprint, hashes] of put) {
                if (fingerprint === spare.fingerprint) continue
                const vectors = before.get(fingerprint) ?? []
                const entries = [...hashes].flatMap((textHash, index) => {
                  const vector = vectors[index]
                  return vector ? { textHash, vector } : []
                })
                await working.cache.put(fingerprint, entries)
              }
              return dropped
            },
          },
        }
      }),
    },
    'no vector is spare of the embedder of a run that has not ended': {
      'does not ask which it is': part('plans', (plans) => ({
        begin: ({ repository, runId }) => plans.begin({ repository, runId }),
      })),
      'keeps them for ever': part('plans', (plans) => ({
        begin: ({ repository, fingerprint }) =>
          plans.begin({ repository, runId: 'for ever', ...(fingerprint ? { fingerprint } : {}) }),
      })),
    },
    'of spare vectors those go first whose text was needed last the longest ago': {
      'drops all where it drops some': part('cache', (cache) => ({
        prune: (spare) => cache.prune({ ...spare, maxBytes: spare.maxBytes > 40 ? 48 : 0 }),
      })),
      'goes by when they were embedded': open((working) => {
        const order: { fingerprint: string; textHash: string; vector: Float32Array }[] = []
        return {
          cache: {
            ...working.cache,
            put: async (fingerprint, entries) => {
              for (const entry of entries) order.push({ fingerprint, ...entry })
              await working.cache.put(fingerprint, entries)
            },
            prune: async (spare) => {
              const dropped = await working.cache.prune({ ...spare, maxBytes: 0 })
              const kept = Math.floor(spare.maxBytes / 16)
              const own = order.filter(({ fingerprint }) => fingerprint === spare.fingerprint)
              const newest = kept === 0 ? [] : own.slice(-kept)
              await working.cache.put(spare.fingerprint, newest)
              return dropped - newest.length
            },
          },
        }
      }),
    },
    'thousands of vectors go in one call': {
      'takes the first 999': part('cache', (cache) => ({
        put: (fingerprint, entries) => cache.put(fingerprint, entries.slice(0, 999)),
      })),
    },
    'a chunk is found by any of its words once its file is live': {
      'wants all words': part('text', (text) => ({
        search: async (terms, options) => {
          const found = await Promise.all(terms.map((term) => text.search([term], options)))
          return (await text.search(terms, options)).filter(({ id }) =>
            found.every((hits) => hits.some((hit) => hit.id === id)),
          )
        },
      })),
    },
    'words are matched whole, in any script, and are never taken for a query language': {
      'knows ASCII alone': part('text', (text) => ({
        search: (terms, options) =>
          text.search(
            terms.filter((term) => /^[\0-\x7f]*$/.test(term)),
            options,
          ),
      })),
      'takes a quote for the end of a word': part('text', (text) => ({
        search: async (terms, options) => {
          if (terms.some((term) => term.includes('"'))) {
            throw new StoreError('STORE_FAILED', 'A syntax error.')
          }
          return text.search(terms, options)
        },
      })),
    },
    'chunks with more of the words, and with rarer ones, come first': {
      'gives the worst first': part('text', (text) => ({
        search: async (terms, options) => reversed(await text.search(terms, options)),
      })),
      'counts words whatever their weight': part('text', (text) => ({
        search: async (terms, options) => {
          const hits = await text.search(terms, options)
          const counts = new Map<string, number>()
          for (const term of terms) {
            for (const { id } of await text.search([term], options)) {
              counts.set(id, (counts.get(id) ?? 0) + 1)
            }
          }
          return hits
            .reverse()
            .map(({ id }) => ({ id, score: counts.get(id) ?? 0 }))
            .sort((left, right) => right.score - left.score)
        },
      })),
    },
    'a search is narrowed by each filter alone and together': {
      'ignores the repositories': searchWithout('repositories'),
      'ignores the languages': searchWithout('languages'),
      'ignores the kinds': searchWithout('symbolKinds'),
      'ignores the versions': searchWithout('versions'),
    },
    'the limit counts chunks that pass the filter and are live, however many better ones do not': {
      'filters the best': part('text', (text) => ({
        search: async (terms, { filter, limit }) => {
          const best = await text.search(terms, { limit })
          const passing = await text.search(terms, {
            limit: everything,
            ...(filter ? { filter } : {}),
          })
          return best.filter(({ id }) => passing.some((hit) => hit.id === id))
        },
      })),
    },
    'only live chunks are found and read': {
      'remembers what it found': part('text', (text) => {
        const known = new Set<string>()
        return {
          search: async (terms, options) => {
            const hits = await text.search(terms, options)
            const dead = [...known].filter((id) => hits.every((hit) => hit.id !== id))
            for (const { id } of hits) known.add(id)
            return [...hits, ...dead.map((id) => ({ id, score: 0 }))]
          },
        }
      }),
      'reads chunks that are not live': part('text', (text) => {
        const known = new Map<string, Awaited<ReturnType<typeof text.chunks>>[number]>()
        return {
          chunks: async (ids) =>
            (await text.chunks(ids)).map((chunk, index) => {
              const id = ids[index] ?? ''
              if (chunk) known.set(id, chunk)
              return chunk ?? known.get(id) ?? null
            }),
        }
      }),
    },
    'chunks are read whole, in the order asked, null for what is no chunk': {
      'gives them in their own order': part('text', (text) => ({
        chunks: (ids) => text.chunks([...ids].sort()),
      })),
      'leaves out those that are not there': part('text', (text) => ({
        chunks: async (ids) => (await text.chunks(ids)).filter((chunk) => chunk !== null),
      })),
    },
    'live chunks whose words were lost are told, until they are restored': {
      'tells nothing': part('text', () => ({ unindexed: async () => [] })),
      'restores nothing': part('text', () => ({ restore: async () => {} })),
    },
    'restoring nothing, or an unknown version, is no error': {
      rejects: part('text', (_, { spool }) => ({
        restore: async (versions) => {
          const known = await spool.has(versions)
          if (known.size < versions.length) throw new StoreError('STORE_FAILED', 'Unknown.')
        },
      })),
    },
    'a search whose signal was aborted rejects': {
      'ignores the signal': part('text', (text) => ({
        search: (terms, { signal: _, ...options }) => text.search(terms, options),
      })),
    },
    'the writer may be acquired again': {
      'refuses itself': open((working) => {
        let isWriter = false
        return {
          acquireWriter: async (options) => {
            if (isWriter) throw new StoreError('STORE_LOCKED', 'There is a writer.')
            isWriter = true
            await working.acquireWriter(options)
          },
        }
      }),
    },
    'acquiring the writer rejects when its signal was aborted': {
      'ignores the signal': open((working) => ({ acquireWriter: () => working.acquireWriter() })),
    },
    'what is stored is as it was after it was looked after': {
      'forgets the ledger': open((working) => ({
        optimize: async () => {
          for (const { name } of await working.ledger.repositories()) {
            await working.ledger.remove(name)
          }
        },
      })),
    },
    'the size is in bytes and counts what was written': {
      'does not know': open(() => ({ sizeBytes: async () => 0 })),
    },
    'another process reads what the writer wrote, while it writes': {
      'has a memory of its own': () => ({ ...working(), second: memoryJournal() }),
    },
    'a second writer is refused while the first lives, and goes on when it is gone': {
      'lets both write': () => {
        const first = memoryPlace()
        return {
          ...working(first),
          second: memoryJournal({ ...memoryPlace(), tasks: first.tasks }),
        }
      },
      'never lets go': open(() => ({ close: async () => {} })),
    },
    'what a writer that is gone left unfinished ends as failed and interrupted': {
      'leaves it': open((working) => ({
        acquireWriter: async (options) => {
          if ((await working.tasks.tasks({ limit: 1 })).total === 0) {
            await working.acquireWriter(options)
          }
        },
      })),
    },
    'a paused task stays paused when its writer is gone, and another run goes on with it': {
      'ends it': open((working) => ({
        acquireWriter: async (options) => {
          await working.acquireWriter(options)
          const { tasks } = await working.tasks.tasks({ status: ['paused'] })
          await working.tasks.append(
            tasks.map(({ taskId, runId, updatedAt: at }) => ({
              type: 'run.cancelled',
              taskId,
              runId,
              at,
              reason: null,
            })),
          )
        },
      })),
    },
  },
})

function languageOf(parsed: ParsedFile | EncodedFile | undefined): string | undefined {
  return parsed && 'language' in parsed ? parsed.language : undefined
}
