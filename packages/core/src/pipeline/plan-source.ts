import type { PlanDocument, SourceDescription } from '@cairn/protocol'
import type { CloneLimit } from '../clone-limit.ts'
import type { Embedder } from '../contracts/embedder.ts'
import type { Journal } from '../contracts/journal.ts'
import type { FileSelection, Limits, Source } from '../options.ts'
import type { Parser } from '../parsing/parser.ts'
import { openSource } from '../source/open-source.ts'
import { makePlan, readLedger } from './stages/analyze.ts'

/** What a plan is made from. */
export interface PlanSourceOptions {
  readonly source: Source
  readonly repository: string
  readonly description: SourceDescription
  readonly cloneDirectory: string
  readonly include: FileSelection['include'] | undefined
  readonly exclude: FileSelection['exclude'] | undefined
  readonly signal: AbortSignal
  readonly ledger: Journal['ledger']
  readonly embedder: Embedder
  readonly parser: Parser
  readonly limits: Required<Limits>
  readonly clones: CloneLimit
}

/** The plan that a run of this source would begin with, file by file. */
export async function planSource(options: PlanSourceOptions): Promise<PlanDocument> {
  const { source, repository, description, parser, signal, limits } = options
  const files: PlanDocument['files'] = []
  const ledger = await readLedger(options.ledger, repository)
  const tree = await options.clones(source, { signal }, () =>
    openSource(source, {
      cloneDirectory: options.cloneDirectory,
      languageOf: parser.languageOf,
      maxFileBytes: limits.maxFileBytes,
      maxFiles: limits.maxFiles,
      include: options.include,
      exclude: options.exclude,
      signal,
    }),
  )
  try {
    const plan = await makePlan({
      repository,
      tree,
      ledger,
      parserFingerprint: parser.fingerprint,
      embedderFingerprint: options.embedder.fingerprint,
      signal,
      onListed: () => undefined,
      emit: async (page) => {
        for (const file of page) {
          const { path, action, language, sizeBytes } = file
          const reason = file.action === 'skip' ? file.reason : null
          files.push({ path, action, reason, language, sizeBytes })
        }
      },
    })
    return { repository, source: description, totals: plan.totals, files }
  } finally {
    await tree.close()
  }
}
