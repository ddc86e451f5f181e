import type { FileRecord, LogFilter, TaskLog } from '@cairn/core'
import type { IndexEvent, Stage, StatusDocument } from '@cairn/protocol'
import { logLevels, logLine } from '@cairn/protocol/fold'
import { decodeCursor, encodeCursor } from './cursor.ts'
import type { Database, SqlValue } from './database.ts'
import { fromDatedJson } from './dated-json.ts'
import type { Sync } from './sync.ts'

/** What a log entry is made of. */
export interface LoggedEvent {
  readonly event: IndexEvent
  /** Where the task was. */
  readonly stage: Stage
}

/** The task log of a thread: log entries are made of their events by whoever asked. */
export interface TaskPart
  extends Omit<Sync<TaskLog>, 'append' | 'logs' | 'metrics' | 'secondsPerItem'> {
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
