import type { PlanLog, PlannedFile } from '@cairn/core'
import type { Database } from './database.ts'
import { forgetNames } from './forget-names.ts'
import type { Names } from './names.ts'
import type { SpacesInUse } from './spare-vectors.ts'
import type { Sync } from './sync.ts'

interface ToIndexRow {
  path: string
  language: string | null
  size: number | null
  content_hash: string
  version: string
}

/** {@link PlanLog} but for `record`, which reads the event log. */
export function createPlans(
  database: Database,
  names: Names,
  repositories: Names,
  spacesInUse: SpacesInUse,
): Omit<Sync<PlanLog>, 'record'> {
  const planOf = (runId: string): number | null =>
    database.prepare<{ id: number }>('select id from plans where run_id = ?').get(runId)?.id ?? null
  return {
    begin({ repository, runId, fingerprint }) {
      dropPlan(database, runId)
      if (fingerprint !== undefined) spacesInUse.set(runId, fingerprint)
      database
        .prepare('insert into plans (run_id, repository) values (?, ?)')
        .run(runId, repositories.intern(repository))
    },
    complete(runId) {
      const earlier = database
        .prepare<{ run_id: string }>(
          'select run_id from plans where repository = (select repository from plans where run_id = ?1) and run_id <> ?1',
        )
        .all(runId)
      if (earlier.length === 0) return
      const kept = runsOfOthers(database, runId)
      for (const plan of earlier) if (!kept.has(plan.run_id)) dropPlan(database, plan.run_id)
    },
    add(runId, files) {
      const plan = planOf(runId)
      if (plan === null) throw new Error(`There is no plan of run ${runId}.`)
      const insert = database.prepare(
        'insert or replace into plan_files (plan, path, action, version, language, size, content_hash, reason, detail) values (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      )
      for (const file of files) {
        const hasVersion = file.action === 'index' || file.action === 'unchanged'
        insert.run(
          plan,
          file.path,
          file.action,
          hasVersion ? names.intern(file.version) : null,
          file.language,
          file.sizeBytes,
          hasVersion ? file.contentHash : null,
          file.action === 'skip' ? file.reason : null,
          file.action === 'skip' ? file.detail : null,
        )
      }
    },
    toIndex(runId, { after, limit }) {
      return database
        .prepare<ToIndexRow>(
          `select f.path, f.language, f.size, f.content_hash, n.name as version
           from plan_files f join names n on n.id = f.version
           where f.plan = (select id from plans where run_id = ?) and f.path > ? and f.action = 'index'
           order by f.path limit ?`,
        )
        .all(runId, after ?? '', limit)
        .map(
          (row): Extract<PlannedFile, { action: 'index' }> => ({
            action: 'index',
            path: row.path,
            language: row.language,
            sizeBytes: row.size,
            contentHash: row.content_hash,
            version: row.version,
          }),
        )
    },
  }
}

/** Runs of the tasks of the same repository that have not ended, but for the task of this run. */
function runsOfOthers(database: Database, runId: string): Set<string> {
  const tasks = database
    .prepare<{ id: number }>(
      `select id from tasks where is_ended = 0 and snapshot ->> '$.runId' <> ?1 and repository = (
         select r.name from plans p join repositories r on r.id = p.repository where p.run_id = ?1)`,
    )
    .all(runId)
  return new Set(tasks.flatMap(({ id }) => runsOfTask(database, id)))
}

/** Every run that a task had. */
export function runsOfTask(database: Database, task: number): string[] {
  return database
    .prepare<{ run_id: string }>(
      `select data ->> '$.runId' as run_id from events where task = ? and type in ('run.queued', 'run.resumed')`,
    )
    .all(task)
    .map((row) => row.run_id)
}

/** Deletes the plan of a run, with what the run staged. */
export function dropPlan(database: Database, runId: string): void {
  const named = database
    .prepare<{ id: number }>(
      `select version as id from plan_files
         where plan = (select id from plans where run_id = ?1) and action = 'index' and version is not null
       union select edge_set from staged_files where run_id = ?1`,
    )
    .all(runId)
  database
    .prepare('delete from plan_files where plan = (select id from plans where run_id = ?)')
    .run(runId)
  database.prepare('delete from staged_files where run_id = ?').run(runId)
  database.prepare('delete from plans where run_id = ?').run(runId)
  forgetNames(
    database,
    named.map(({ id }) => id),
  )
}
