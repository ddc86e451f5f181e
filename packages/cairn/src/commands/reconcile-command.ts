import { encode, reconcileReportSchema } from '@cairn/protocol'
import {
  type CommandContext,
  hasStore,
  mentionNothingIndexed,
  say,
  sayJson,
  withIndexer,
} from '../command-context.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { counted } from '../terminal/amounts.ts'
import { printable } from '../terminal/printable.ts'

/** `cairn reconcile REPOSITORY`. */
export async function reconcileCommand(
  context: CommandContext,
  repository: string,
  options: { readonly check?: boolean },
): Promise<ExitCode> {
  if (!hasStore(context)) {
    mentionNothingIndexed(context)
    return exitCodes.failed
  }
  const report = await withIndexer(context, (indexer) =>
    indexer.reconcile(repository, {
      signal: context.interrupt.signal,
      repair: options.check !== true,
    }),
  )
  const exitCode = report.ok ? exitCodes.done : exitCodes.failed
  if (context.isJson) {
    sayJson(context, encode(reconcileReportSchema, report))
    return exitCode
  }
  const { paint } = context.out
  const checked = `${counted(report.checkedFiles, 'file')} and ${counted(report.checkedChunks, 'chunk')} checked`
  const differences = [
    [report.missing.length, 'missing'],
    [report.orphan.length, 'left over'],
    [report.altered.length, 'altered'],
  ] as const
  const found = differences.filter(([number]) => number > 0)
  say(
    context,
    `${paint('strong', printable(report.repository))}: ${checked}, ` +
      (found.length === 0
        ? paint('good', 'nothing differs')
        : found.map(([number, word]) => `${counted(number, 'row')} ${word}`).join(', ')) +
      (report.repaired > 0 ? `, ${counted(report.repaired, 'row')} repaired` : '') +
      '.',
  )
  for (const [word, rows] of [
    ['missing', report.missing],
    ['left over', report.orphan],
    ['altered', report.altered],
  ] as const) {
    for (const row of rows.slice(0, 10)) {
      say(context, `  ${word} in ${row.store}: ${printable(row.path ?? row.id)}`)
    }
  }
  if (!report.ok && options.check === true) {
    say(context, 'To repair it, type the same command without --check.')
  }
  return exitCode
}
