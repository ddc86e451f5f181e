import type { FileRecord, LogFilter, TaskLog } from '@cairn/core'
import type { IndexEvent, Stage, StatusDocument, TaskSelection, TaskStatus } from '@cairn/protocol'
import { isTerminal, logLevels, logLine } from '@cairn/protocol/fold'
import { decodeCursor, encodeCursor } from './cursor.ts'
import type { Database, SqlValue } from './database.ts'
import { fromDatedJson } from './dated-json.ts'
import { Fault } from './fault.ts'
import type { Sync } from './sync.ts'

/** What a log entry is made of. */
export interface LoggedEvent {
  readonly event: IndexEvent
  /** Where the task was. */
  readonly stage: Stage
}

/** Sums over the tasks of one state. */
interface StatusTotals {
  status: TaskStatus
  tasks: number
  files: number
  chunks: number
  seconds: number
  files_per_second: number
  chunks_per_second: number
}

/** The task log of a thread: log entries are made of their events by whoever asked. */
export interface TaskPart
  extends Omit<Sync<TaskLog>, 'append' | 'prune' | 'logs' | 'metrics' | 'secondsPerItem'> {
  logs(
    taskId: string,
    filter: LogFilter,
  ): { logs: LoggedEvent[]; total: number; nextCursor: string | null }
  /** `record` of the plan log: it reads the event log. */
  record(repository: string, path: string): FileRecord | null
}

/** The reading half of the task log, but for the figures over many tasks. */
export function createTasks(database: Database): TaskPart {
  const taskId = (name: string): number | null =>
    database.prepare<{ id: number }>('select id from tasks where task_id = ?').get(name)?.id ?? null

  return {
    events: (name, { after, limit }) =>
      database
        .prepare<{ data: string }>(
          'select data from events where task = ? and seq > ? order by seq limit ?',
        )
        .all(taskId(name), after ?? 0, limit)
        .map(({ data }) => fromDatedJson<IndexEvent>(data)),

    status(name) {
      const row = database
        .prepare<{ snapshot: string }>('select snapshot from tasks where task_id = ?')
        .get(name)
      return row ? fromDatedJson<StatusDocument>(row.snapshot) : null
    },

    tasks({ order = 'queued', limit = 50, cursor, ...selection }) {
      const narrowed = selectTasks(selection)
      if (order === 'ended') narrowed.and('ended_at is not null')
      const total = database
        .prepare<{ total: number }>(`select count(*) as total from tasks ${narrowed.where()}`)
        .get(...narrowed.values)
      if (cursor !== undefined) {
        if (order === 'queued') narrowed.and('id < ?', ...decodeCursor('tasks', cursor, ['number']))
        else {
          const place = decodeCursor('ended tasks', cursor, ['number', 'number'])
          narrowed.and('(ended_at, id) < (?, ?)', ...place)
        }
      }
      const places = database
        .prepare<{ id: number; ended_at: number | null }>(
          `select id, ended_at from tasks ${narrowed.where()}
           order by ${order === 'queued' ? '' : 'ended_at desc,'} id desc limit ?`,
        )
        .all(...narrowed.values, limit + 1)
      const snapshot = database.prepare<{ snapshot: string }>(
        'select snapshot from tasks where id = ?',
      )
      const page = places.slice(0, limit)
      const last = page.at(-1)
      return {
        tasks: page.flatMap(({ id }) => {
          const row = snapshot.get(id)
          return row ? fromDatedJson<StatusDocument>(row.snapshot) : []
        }),
        total: total?.total ?? 0,
        nextCursor:
          places.length > limit && last
            ? order === 'queued'
              ? encodeCursor('tasks', [last.id])
              : encodeCursor('ended tasks', [last.ended_at ?? 0, last.id])
            : null,
      }
    },

    totals(selection) {
      const narrowed = selectTasks(selection)
      const rows = database
        .prepare<StatusTotals>(
          `select status, count(*) as tasks, sum(processed_files) as files, sum(generated_chunks) as chunks,
             sum(seconds) as seconds, avg(files_per_second) as files_per_second,
             avg(chunks_per_second) as chunks_per_second
           from tasks ${narrowed.where()} group by status`,
        )
        .all(...narrowed.values)
      const sum = (of: 'files' | 'chunks' | 'seconds', some = rows): number =>
        some.reduce((total, row) => total + row[of], 0)
      const completed = rows.find(({ status }) => status === 'completed')
      return {
        byStatus: Object.fromEntries(rows.map(({ status, tasks }) => [status, tasks])),
        processedFiles: sum('files'),
        generatedChunks: sum('chunks'),
        totalProcessingTime: sum(
          'seconds',
          rows.filter(({ status }) => isTerminal(status)),
        ),
        averageFilesPerSecond: completed?.files_per_second ?? 0,
        averageChunksPerSecond: completed?.chunks_per_second ?? 0,
      }
    },

    changes({ after, besides = [], limit }) {
      const epoch =
        database.prepare<{ value: string }>("select value from meta where key = 'epoch'").get()
          ?.value ?? ''
      const newest = (): number =>
        database
          .prepare<{ seq: number }>("select seq from sqlite_sequence where name = 'events'")
          .get()?.seq ?? 0
      if (after === undefined) {
        return { events: [], cursor: encodeCursor('events', [epoch, newest()]), hasMore: false }
      }
      const [ofEpoch, place = 0] = decodeCursor('events', after, ['string', 'number'])
      const begin = ofEpoch === epoch ? Number(place) : 0
      const rows = database
        .prepare<{ id: number; data: string }>(
          `select id, data from events where id > ?1 and task not in
             (select t.id from json_each(?2) j join tasks t on t.task_id = j.value)
           order by id limit ?3`,
        )
        .all(begin, JSON.stringify(besides), limit)
      const hasMore = rows.length === limit
      // Where all that came after is left out, the next look need not pass it again.
      const end = hasMore ? (rows.at(-1)?.id ?? begin) : newest()
      return {
        events: rows.map(({ data }) => fromDatedJson<IndexEvent>(data)),
        cursor: encodeCursor('events', [epoch, end]),
        hasMore,
      }
    },

    logs(name, filter) {
      const { limit = 100, cursor } = filter
      const after = cursor === undefined ? 0 : logPlace(name, cursor)
      const { where, values } = narrowing(taskId(name), filter)
      const logs: LoggedEvent[] = []
      let total = 0
      let last = 0
      let hasMore = false
      const query = filter.query?.toLowerCase()
      if (query === undefined) {
        total =
          database
            .prepare<{ total: number }>(`select count(*) as total from events ${where}`)
            .get(...values)?.total ?? 0
      }
      // A text is looked for in the message, which is made from the event: every one has to be made.
      const rows = database
        .prepare<{ seq: number; stage: Stage; data: string }>(
          `select seq, stage, data from events ${where} and seq > ? order by seq limit ?`,
        )
        .iterate(...values, ...(query === undefined ? [after, limit + 1] : [0, -1]))
      for (const row of rows) {
        const event = fromDatedJson<IndexEvent>(row.data)
        if (query !== undefined) {
          if (!logLine(event, row.stage)?.message.toLowerCase().includes(query)) continue
          total += 1
          if (row.seq <= after) continue
        }
        if (logs.length < limit) {
          logs.push({ event, stage: row.stage })
          last = row.seq
        } else {
          hasMore = true
        }
      }
      return { logs, total, nextCursor: hasMore ? encodeCursor('logs', [name, last]) : null }
    },

    record(repository, path) {
      const row = database
        .prepare<{ data: string }>(
          `select e.data from file_records f join events e on e.task = f.task and e.seq = f.seq
           where f.repository = (select id from repositories where name = ?) and f.path = ?`,
        )
        .get(repository, path)
      if (!row) return null
      const event = fromDatedJson<IndexEvent>(row.data)
      return event.type === 'file.settled' ? toRecord(event) : null
    },
  }
}

/** Conditions that can be added to. */
interface Narrowed {
  readonly values: SqlValue[]
  and(condition: string, ...values: SqlValue[]): void
  where(): string
}

/** Tasks of some states and repositories. Only what narrows is said, so that an index can be used. */
function selectTasks({ status, repository }: TaskSelection): Narrowed {
  const conditions: string[] = []
  const values: SqlValue[] = []
  const narrowed: Narrowed = {
    values,
    and(condition, ...more) {
      conditions.push(condition)
      values.push(...more)
    },
    where: () => (conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`),
  }
  if (status !== undefined) {
    narrowed.and('status in (select value from json_each(?))', JSON.stringify(status))
  }
  if (typeof repository === 'string') narrowed.and('repository = ?', repository)
  else if (repository !== undefined) {
    narrowed.and('repository in (select value from json_each(?))', JSON.stringify(repository))
  }
  return narrowed
}

/** A line's number counts within its task. */
function logPlace(task: string, cursor: string): number {
  const [of, place] = decodeCursor('logs', cursor, ['string', 'number'])
  if (of !== task) throw new Fault('INVALID_OPTIONS', `"${cursor}" is no cursor of this log.`)
  return Number(place)
}

function narrowing(
  task: number | null,
  { level = 'DEBUG', stage, file, since, until }: LogFilter,
): { where: string; values: SqlValue[] } {
  const conditions = ['where task = ? and level >= ?']
  const values: SqlValue[] = [task, logLevels.indexOf(level)]
  const and = (condition: string, value: SqlValue | undefined): void => {
    if (value === undefined) return
    conditions.push(`and ${condition}`)
    values.push(value)
  }
  and('stage = ?', stage)
  and('path = ?', file)
  and('at >= ?', since?.getTime())
  and('at <= ?', until?.getTime())
  return { where: conditions.join(' '), values }
}

function toRecord(event: Extract<IndexEvent, { type: 'file.settled' }>): FileRecord {
  return {
    path: event.path,
    outcome: event.outcome,
    reason: event.reason,
    detail: event.detail,
    language: event.language,
    sizeBytes: event.sizeBytes,
    error: event.error,
    taskId: event.taskId,
    runId: event.runId,
    at: event.at,
  }
}
