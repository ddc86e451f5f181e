/**
 * Breaks things on purpose and shows what came of it. Ends with 1 where anything was lost, or more
 * was done again than may be.
 *
 *     pnpm faults [--short] [--seed NUMBER] [NAME…]
 */
import { parseArgs } from 'node:util'
import { allFaults } from './all-faults.ts'
import type { FaultOutcome } from './fault.ts'
import { faultTable } from './fault-table.ts'
import { hasFailed } from './outcome.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { short: { type: 'boolean', default: false }, seed: { type: 'string' } },
})
const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed)
const names = allFaults.map(({ name }) => name)
const unknown = positionals.filter((name) => !names.includes(name))

if (!Number.isSafeInteger(seed) || unknown.length > 0) {
  console.error(`Usage: pnpm faults [--short] [--seed NUMBER] [${names.join('|')}]…`)
  process.exitCode = 2
} else {
  const interrupted = new AbortController()
  process.once('SIGINT', () => interrupted.abort())
  const chosen = allFaults.filter(
    ({ name }) => positionals.length === 0 || positionals.includes(name),
  )
  const outcomes: FaultOutcome[] = []
  const form = values.short ? 'short' : 'long'
  console.log(`The ${form} form, seed ${seed}.`)
  try {
    for (const fault of chosen) {
      interrupted.signal.throwIfAborted()
      outcomes.push(...(await fault.run({ form, seed, signal: interrupted.signal })))
    }
  } catch (error) {
    if (interrupted.signal.aborted) console.error('Interrupted.')
    else console.error('The bench itself failed:', error)
    console.log('This is what was tried before.')
    process.exitCode = 1
  }
  console.log(faultTable(outcomes))
  if (outcomes.some(hasFailed)) process.exitCode = 1
}
