import type { FileRecord, LogFilter, TaskLog } from '@cairn/core'
import {
  foldStatus,
  type IndexEvent,
  isTerminal,
  type LogEntry,
  type LogLevel,
  logEntry,
  type NewIndexEvent,
  type Stage,
  type StatusDocument,
} from '@cairn/protocol'
import { decodeCursor, encodeCursor } from './cursor.ts'
import type { Database, SqlValue } from './database.ts'
import { fromDatedJson, toDatedJson } from './dated-json.ts'
import { Fault } from './fault.ts'
import { recordStageRun } from './metrics.ts'
import type { Names } from './names.ts'
import type { Sync } from './sync.ts'

interface Folded {
  readonly id: number
  seq: number
  embeddingErrors: number
  status: StatusDocument | null
}

interface TaskPart extends Omit<Sync<TaskLog>, 'metrics' | 'secondsPerItem'> {
  /** `record` of the plan log: it reads the event log. */
  record(repository: string, path: string): FileRecord | null
  /** Ends every unfinished task as interrupted. */
  interrupt(): void
}

const levels: readonly LogLevel[] = ['DEBUG', 'INFO', 'WARNING', 'ERROR']

/** {@link TaskLog} but for the figures over many tasks. */
export function createTasks(database: Database, repositories: Names): TaskPart {
  /** Status of the tasks under way, so that it is not parsed again for each event. */
  const folded = new Map<string, Folded>()
  let epoch: string | null = null

  const readEpoch = (): string => {
    epoch ??=
      database.prepare<{ value: string }>("select value from meta where key = 'epoch'").get()
        ?.value ?? ''
    return epoch
  }

  const taskId = (name: string): number | null =>
    database.prepare<{ id: number }>('select id from tasks where task_id = ?').get(name)?.id ?? null

  const load = (event: NewIndexEvent): Folded => {
    const row = database
      .prepare<{ id: number; seq: number; embedding_errors: number }>(
        'select id, seq, embedding_errors from tasks where task_id = ?',
      )
      .get(event.taskId)
    if (!row) {
      if (event.type !== 'run.queued') {
        throw new Fault(
          'STORE_FAILED',
          `Task ${event.taskId} is not known: its first event must be run.queued, not ${event.type}.`,
        )
      }
      const made = database
        .prepare<{ id: number }>(
          `insert into tasks (task_id, repository, status, is_ended, seq, embedded_chunks, embedding_errors, snapshot)
           values (?, ?, 'pending', 0, 0, 0, 0, '') returning id`,
        )
        .get(event.taskId, event.repository)
      if (!made) throw new Error('SQLite returned no id for a new task.')
      return { id: made.id, seq: 0, embeddingErrors: 0, status: null }
    }
    // What is remembered counts only if the transaction that made it was committed.
    const known = folded.get(event.taskId)
    if (known?.id === row.id && known.seq === row.seq) return known
    const snapshot = database
      .prepare<{ snapshot: string }>('select snapshot from tasks where id = ?')
      .get(row.id)?.snapshot
    return {
      id: row.id,
      seq: row.seq,
      embeddingErrors: row.embedding_errors,
      status: snapshot ? fromDatedJson<StatusDocument>(snapshot) : null,
    }
  }

  const append = (events: readonly NewIndexEvent[]): IndexEvent[] => {
    const insert = database.prepare(
      'insert into events (task, seq, at, type, level, stage, path, data) values (?, ?, ?, ?, ?, ?, ?, ?)',
    )
    const record = database.prepare(
      'insert or replace into file_records (repository, path, task, seq) values (?, ?, ?, ?)',
    )
    const touched = new Map<string, Folded>()
    const stored: IndexEvent[] = []
    for (const added of events) {
      const task = touched.get(added.taskId) ?? load(added)
      touched.set(added.taskId, task)
      task.seq += 1
      const event: IndexEvent = { ...added, seq: task.seq }
      const before = task.status
      task.status = { ...foldStatus(before, event), epoch: readEpoch() }
      const entry = logEntry(event, (before ?? task.status).currentStage)
      insert.run(
        task.id,
        event.seq,
        event.at.getTime(),
        event.type,
        entry ? levels.indexOf(entry.level) : null,
        entry?.stage ?? null,
        pathOf(event),
        toDatedJson(event),
      )
      const repository = repositories.intern(task.status.repositoryName)
      recordStageRun(database, { task: task.id, repository, before, event })
      if (event.type === 'file.settled') record.run(repository, event.path, task.id, event.seq)
      if (event.type === 'error.recorded' && event.error.stage === 'embedding') {
        task.embeddingErrors += 1
      }
      stored.push(event)
    }
    const update = database.prepare(
      `update tasks set repository = ?, status = ?, is_ended = ?, seq = ?, embedded_chunks = ?, embedding_errors = ?,
         snapshot = ? where id = ?`,
    )
    for (const [name, task] of touched) {
      const { status } = task
      if (!status) continue
      const isEnded = isTerminal(status.status)
      update.run(
        status.repositoryName,
        status.status,
        isEnded ? 1 : 0,
        task.seq,
        status.embeddingProgress.embeddedChunks,
        task.embeddingErrors,
        toDatedJson(status),
        task.id,
      )
      if (isEnded) folded.delete(name)
      else folded.set(name, task)
    }
    return stored
  }

  return {
    append,

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

    tasks({ status, repository, limit = 50, cursor }) {
      const where = `where (?1 is null or status in (select value from json_each(?1)))
        and (?2 is null or repository = ?2)`
      const values: [SqlValue, SqlValue] = [
        status === undefined ? null : JSON.stringify(status),
        repository ?? null,
      ]
      const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : placeOf(cursor)
      const rows = database
        .prepare<{ id: number; snapshot: string }>(
          `select id, snapshot from tasks ${where} and id < ?3 order by id desc limit ?4`,
        )
        .all(...values, before, limit + 1)
      const total = database
        .prepare<{ total: number }>(`select count(*) as total from tasks ${where}`)
        .get(...values)
      const page = rows.slice(0, limit)
      const last = page.at(-1)
      return {
        tasks: page.map((row) => fromDatedJson<StatusDocument>(row.snapshot)),
        total: total?.total ?? 0,
        nextCursor: rows.length > limit && last ? encodeCursor([last.id]) : null,
      }
    },

    logs(name, filter) {
      const { limit = 100, cursor } = filter
      const after = cursor === undefined ? 0 : placeOf(cursor)
      const { where, values } = narrowing(taskId(name), filter)
      const logs: LogEntry[] = []
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
        const entry = logEntry(fromDatedJson<IndexEvent>(row.data), row.stage)
        if (!entry) continue
        if (query !== undefined) {
          if (!entry.message.toLowerCase().includes(query)) continue
          total += 1
          if (row.seq <= after) continue
        }
        if (logs.length < limit) {
          logs.push(entry)
          last = row.seq
        } else {
          hasMore = true
        }
      }
      return { logs, total, nextCursor: hasMore ? encodeCursor([last]) : null }
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

    interrupt() {
      const unfinished = database
        .prepare<{ snapshot: string }>('select snapshot from tasks where is_ended = 0')
        .all()
      const at = new Date()
      append(
        unfinished.map(({ snapshot }): NewIndexEvent => {
          const status = fromDatedJson<StatusDocument>(snapshot)
          return {
            type: 'run.failed',
            taskId: status.taskId,
            runId: status.runId,
            at,
            error: {
              errorType: 'RUN_INTERRUPTED',
              errorMessage:
                'The process that did the run ended before the run did. Index again: it goes on where it was.',
              filePath: null,
              stage: status.currentStage,
              timestamp: at,
              recoverable: true,
              stackTrace: null,
            },
          }
        }),
      )
    },
  }
}

function placeOf(cursor: string): number {
  return Number(decodeCursor(cursor, ['number'])[0])
}

function narrowing(
  task: number | null,
  { level = 'DEBUG', stage, file, since, until }: LogFilter,
): { where: string; values: SqlValue[] } {
  const conditions = ['where task = ? and level >= ?']
  const values: SqlValue[] = [task, levels.indexOf(level)]
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

function pathOf(event: IndexEvent): string | null {
  switch (event.type) {
    case 'file.settled':
    case 'warning.recorded':
      return event.path
    case 'error.recorded':
    case 'run.failed':
      return event.error.filePath
    default:
      return null
  }
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
