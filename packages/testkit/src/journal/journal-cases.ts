import { bindBehaviours, type ConformanceCase } from '../conformance-case.ts'
import { embeddingCache } from './embedding-cache.ts'
import { figures } from './figures.ts'
import type { JournalConformanceOptions } from './journal-subject.ts'
import { ledger } from './ledger.ts'
import { ledgerModel } from './ledger-model.ts'
import { logs } from './logs.ts'
import { planLog } from './plan-log.ts'
import { spool } from './spool.ts'
import { taskLog } from './task-log.ts'
import { textIndex } from './text-index.ts'
import { textsToEmbed } from './texts-to-embed.ts'
import { secondProcess, writer } from './writer.ts'

/** Every promise of the `Journal` contract, as cases for any test runner. */
export function journalCases(
  options: Omit<JournalConformanceOptions, 'name'>,
): readonly ConformanceCase[] {
  const { create, createPair, propertyRuns = 20 } = options
  const single = [
    ...taskLog(propertyRuns),
    ...logs,
    ...figures,
    ...planLog,
    ...spool,
    ...textsToEmbed,
    ...ledger,
    ...ledgerModel(propertyRuns),
    ...embeddingCache,
    ...textIndex,
    ...writer,
  ]
  const cases = bindBehaviours(single, async () => {
    const opened = await create()
    await opened.store.acquireWriter()
    return { subject: opened, dispose: () => opened.dispose() }
  })
  if (createPair === undefined) return cases
  const pairs = bindBehaviours(secondProcess, async () => {
    const pair = await createPair()
    return {
      subject: pair,
      dispose: async () => {
        await pair.second.dispose()
        await pair.first.dispose()
      },
    }
  })
  return [...cases, ...pairs]
}
