import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ParsedFile } from '@cairn/core'
import type { NewIndexEvent } from '@cairn/protocol'
import { onTestFinished } from 'vitest'
import type { SqliteOptions } from './options.ts'
import { type SqliteStorage, sqlite } from './sqlite.ts'

/** A folder that goes with the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'cairn-store-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

/** A store that is closed with the test. */
export function openStore(options: SqliteOptions): SqliteStorage {
  const storage = sqlite(options)
  onTestFinished(() => storage.close())
  return storage
}

/** The first event of a task. */
export function queued(taskId: string, repository = 'shop'): NewIndexEvent {
  return {
    type: 'run.queued',
    taskId,
    runId: `${taskId}-run`,
    at: new Date('2026-01-01T00:00:00Z'),
    repository,
    source: { kind: 'local', path: '/shop', ref: null },
  }
}

/** What parsing makes of a file whose chunks are these texts. */
export function parsedFile(texts: readonly string[]): ParsedFile {
  return {
    language: 'text',
    chunks: texts.map((text, ordinal) => ({
      ordinal,
      startLine: ordinal + 1,
      endLine: ordinal + 1,
      text,
      context: '',
      textHash: createHash('sha256').update(`\n${text}`).digest('hex'),
      symbolPath: null,
      symbolKind: null,
      terms: text.toLowerCase(),
    })),
    symbols: [],
    imports: [],
    heritage: [],
    references: [],
    packageName: null,
    syntaxErrors: 0,
    warnings: [],
  }
}
