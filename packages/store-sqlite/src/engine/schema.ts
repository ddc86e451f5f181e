import type { Database } from './database.ts'
import { Fault } from './fault.ts'
import { createFirstVersion } from './first-version.ts'
import { addRetention } from './second-version.ts'
import { addChecksums } from './third-version.ts'

/** Marks the file as cairn's (`PRAGMA application_id`): "carn". */
const applicationId = 0x6361726e

/** One step from a version of the schema to the next. */
export type Migration = (database: Database) => void

/** The n-th migration makes version n (`PRAGMA user_version`) of version n − 1. A published one never changes. */
export const migrations: readonly Migration[] = [createFirstVersion, addRetention, addChecksums]

/**
 * Brings the schema to the newest version, in one transaction a migration.
 * @throws Fault as {@link checkVersion} does.
 */
export function migrate(
  database: Database,
  path: string,
  steps: readonly Migration[] = migrations,
): void {
  for (let version = checkVersion(database, path, steps.length); version < steps.length; ) {
    const step = steps[version]
    version += 1
    database.exec('begin immediate')
    try {
      step?.(database)
      database.exec(`pragma application_id = ${applicationId}; pragma user_version = ${version}`)
      database.exec('commit')
    } catch (error) {
      database.exec('rollback')
      throw error
    }
  }
}

/**
 * The schema's version, 0 for an empty file.
 * @throws Fault `STORE_TOO_NEW` for a file of a newer cairn, `STORE_CORRUPT` for another program's.
 */
export function checkVersion(
  database: Database,
  path: string,
  newest: number = migrations.length,
): number {
  const version = pragma(database, 'user_version')
  const application = pragma(database, 'application_id')
  if (application !== applicationId) {
    const tables = database.prepare<{ n: number }>('select count(*) as n from sqlite_schema').get()
    if (application !== 0 || version !== 0 || (tables?.n ?? 0) > 0) {
      throw new Fault(
        'STORE_CORRUPT',
        `The file ${path} is a SQLite database of another program, not a store of cairn. Choose another path; it was left as it is.`,
      )
    }
  }
  if (version > newest) {
    throw new Fault(
      'STORE_TOO_NEW',
      `The store ${path} was written by a newer version of cairn (schema ${version}, this one knows ${newest}). Upgrade cairn, or choose another path.`,
    )
  }
  return version
}

function pragma(database: Database, name: 'user_version' | 'application_id'): number {
  const row = database.prepare<Record<string, number>>(`pragma ${name}`).get()
  return row?.[name] ?? 0
}
