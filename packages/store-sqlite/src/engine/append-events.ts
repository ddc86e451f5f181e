import type { TaskLimits } from '@cairn/core'
import type { IndexEvent, NewIndexEvent, StatusDocument } from '@cairn/protocol'
import { foldStatus, isTerminal, logLevels, logLine } from '@cairn/protocol/fold'
import { type Numbers, numbered } from '../numbered-events.ts'
import type { Database } from './database.ts'
import { fromDatedJson, toDatedJson } from './dated-json.ts'
import { Fault } from './fault.ts'
import { recordStageRun } from './metrics.ts'
import type { Names } from './names.ts'
import { dropPlan, runsOfTask } from './plans.ts'
import type { SpacesInUse } from './spare-vectors.ts'
import type { Stepwise } from './sync.ts'

/** Writes the event log and what is folded from it. */
export interface EventWriter {
  /** `append` of the task log: what the events got, so that they need not cross between threads again. */
  append(events: readonly NewIndexEvent[]): Numbers
  /** Ends every task that was under way or waited as interrupted. */
  interrupt(): void
  /** `prune` of the task log. */
  readonly prune: Stepwise<[limits: TaskLimits], number>
}

/** Tasks that one step of {@link EventWriter.prune} drops. */
const prunedPage = 10

const runEnds: ReadonlySet<IndexEvent['type']> = new Set([
  'run.completed',
  'run.failed',
  'run.cancelled',
  'run.paused',
])

interface Folded {
  readonly id: number
  seq: number
  endedAt: Date | null
  embeddingErrors: number
  logBytes: number
  status: StatusDocument | null
}

interface TaskRow {
  id: number
  seq: number
  ended_at: number | null
  embedding_errors: number
  log_bytes: number
}

/** The writing half of the task log. */
export function createEventWriter(
  database: Database,
  repositories: Names,
  spacesInUse: SpacesInUse,
): EventWriter {
  /** Status of the tasks under way, so that it is not parsed again for each event. */
  const folded = new Map<string, Folded>()
  let epoch: string | null = null

  const readEpoch = (): string => {
    epoch ??=
      database.prepare<{ value: string }>("select value from meta where key = 'epoch'").get()
        ?.value ?? ''
    return epoch
  }

  const load = (event: NewIndexEvent): Folded => {
    const row = database
      .prepare<TaskRow>(
        'select id, seq, ended_at, embedding_errors, log_bytes from tasks where task_id = ?',
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
          // Above all that ever had events, so that none of another task count as its own.
          `insert into tasks (id, task_id, repository, status, is_ended, seq, embedded_chunks, embedding_errors,
             processed_files, generated_chunks, seconds, files_per_second, chunks_per_second, snapshot)
           values (
             1 + max(ifnull((select max(id) from tasks), 0), ifnull((select max(task) from events), 0)),
             ?, ?, 'pending', 0, 0, 0, 0, 0, 0, 0, 0, 0, ''
           ) returning id`,
        )
        .get(event.taskId, event.repository)
      if (!made) throw new Error('SQLite returned no id for a new task.')
      return { id: made.id, seq: 0, endedAt: null, embeddingErrors: 0, logBytes: 0, status: null }
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
      endedAt: row.ended_at === null ? null : new Date(row.ended_at),
      embeddingErrors: row.embedding_errors,
      logBytes: row.log_bytes,
      status: snapshot ? fromDatedJson<StatusDocument>(snapshot) : null,
    }
  }

  const append = (events: readonly NewIndexEvent[]): Numbers => {
    const insert = database.prepare(
      'insert into events (task, seq, at, type, level, stage, path, data) values (?, ?, ?, ?, ?, ?, ?, ?)',
    )
    const record = database.prepare(
      'insert or replace into file_records (repository, path, task, seq) values (?, ?, ?, ?)',
    )
    const touched = new Map<string, Folded>()
    const seqs: number[] = []
    for (const added of events) {
      const task = touched.get(added.taskId) ?? load(added)
      touched.set(added.taskId, task)
      task.seq += 1
      const event = numbered(added, task.seq, readEpoch())
      const before = task.status
      task.status = foldStatus(before, event)
      if (!isTerminal(task.status.status)) task.endedAt = null
      else if (before === null || !isTerminal(before.status)) task.endedAt = event.at
      const entry = logLine(event, (before ?? task.status).currentStage)
      const data = toDatedJson(event)
      task.logBytes += data.length
      insert.run(
        task.id,
        event.seq,
        event.at.getTime(),
        event.type,
        entry ? logLevels.indexOf(entry.level) : null,
        entry?.stage ?? null,
        pathOf(event),
        data,
      )
      const repository = repositories.intern(task.status.repositoryName)
      recordStageRun(database, { task: task.id, repository, before, event })
      if (runEnds.has(event.type)) spacesInUse.delete(event.runId)
      if (event.type === 'file.settled') record.run(repository, event.path, task.id, event.seq)
      if (event.type === 'error.recorded' && event.error.stage === 'embedding') {
        task.embeddingErrors += 1
      }
      seqs.push(task.seq)
    }
    const update = database.prepare(
      `update tasks set repository = ?, status = ?, is_ended = ?, ended_at = ?, seq = ?, embedded_chunks = ?,
         embedding_errors = ?, log_bytes = ?, processed_files = ?, generated_chunks = ?, seconds = ?, files_per_second = ?,
         chunks_per_second = ?, snapshot = ? where id = ?`,
    )
    for (const [name, task] of touched) {
      const { status } = task
      if (!status) continue
      const isEnded = isTerminal(status.status)
      update.run(
        status.repositoryName,
        status.status,
        isEnded ? 1 : 0,
        task.endedAt?.getTime() ?? null,
        task.seq,
        status.embeddingProgress.embeddedChunks,
        task.embeddingErrors,
        task.logBytes,
        status.processedFiles,
        status.generatedChunks,
        status.processingTime,
        status.throughputFilesPerSecond,
        status.throughputChunksPerSecond,
        toDatedJson(status),
        task.id,
      )
      if (isEnded) folded.delete(name)
      else folded.set(name, task)
    }
    return { seqs, epoch: readEpoch() }
  }

  return {
    append,

    *prune({ endedBefore, perRepository, bytes, limit = -1 }) {
      const tasks = database
        .prepare<{ id: number }>(
          `select id from (
               select id, task_id, ended_at,
                 row_number() over (partition by repository order by ended_at desc, id desc) as place,
                 sum(log_bytes) over (order by ended_at desc, id desc) as bytes
               from tasks where ended_at is not null
             ) ended
             where (ended_at < ?1 or place > ?2 or bytes > ?3)
             and id not in (select max(t.id) from ledger_repositories l join repositories r on r.id = l.repository
               join tasks t on t.repository = r.name group by t.repository)
             and task_id not in (select data ->> '$.taskId' from ledger_repositories)
             order by ended_at, id limit ?4`,
        )
        .all(endedBefore?.getTime() ?? null, perRepository ?? null, bytes ?? null, limit)
      const statements = [
        `delete from file_records where task = ?1 and not exists
           (select 1 from ledger_files l where l.repository = file_records.repository and l.path = file_records.path)`,
        // What was last recorded of a file that is indexed is read from its event, task or no task.
        `delete from events where task = ?1 and not exists
           (select 1 from file_records f where f.task = ?1 and f.seq = events.seq)`,
        'delete from stage_runs where task = ?1',
        'delete from tasks where id = ?1',
      ].map((sql) => database.prepare(sql))
      const isEnded = database.prepare('select 1 from tasks where id = ? and ended_at is not null')
      let dropped = 0
      for (const [index, task] of tasks.entries()) {
        // It may have gone on in another run since it was listed.
        if (!isEnded.get(task.id)) continue
        dropped += 1
        for (const runId of runsOfTask(database, task.id)) dropPlan(database, runId)
        for (const statement of statements) statement.run(task.id)
        if (index % prunedPage === prunedPage - 1) yield
      }
      return dropped
    },

    interrupt() {
      const unfinished = database
        .prepare<{ snapshot: string }>(
          "select snapshot from tasks where is_ended = 0 and status <> 'paused'",
        )
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
                'The process that did the run ended before the run did. Resume the task, or index again: it goes on where it was.',
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
