/**
 * Thousands of small runs in one process, which must hold no more at the end than in the middle. Prints a
 * table and, where `--json` is asked for, the samples after it; ends with 1 where something grew.
 *
 *     pnpm soak [--short] [--seed NUMBER] [--json]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { runSoak, soakForms } from './soak-run.ts'
import { judgeSoak, soakTable } from './soak-verdict.ts'

const { values } = parseArgs({
  options: {
    short: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    seed: { type: 'string' },
  },
})
const seed = values.seed === undefined ? Date.now() % 1_000_000 : Number(values.seed)
const form = soakForms[values.short ? 'short' : 'long']
const interrupted = new AbortController()
process.once('SIGINT', () => interrupted.abort())
const folder = mkdtempSync(join(tmpdir(), 'cairn-soak-'))
const startedMs = Date.now()

if (!values.json) {
  console.log(
    `${form.runs} runs over ${form.repositories} repositories, seed ${seed}; kept: ${JSON.stringify(form.retention)}.`,
  )
}
try {
  const result = await runSoak({
    form,
    seed,
    folder,
    signal: interrupted.signal,
    onSample: ({ runs, heapBytes, residentBytes, storeBytes }) => {
      if (values.json) return
      const [heap, resident, store] = [heapBytes, residentBytes, storeBytes].map((bytes) =>
        (bytes / 1_000_000).toFixed(1),
      )
      console.log(`${runs} runs: heap ${heap} MB, resident ${resident} MB, store ${store} MB`)
    },
  })
  const verdicts = judgeSoak(result.samples)
  if (values.json) console.log(JSON.stringify({ ...result, verdicts }))
  else {
    const { completed, cancelled, pausedAndResumed, differences } = result
    console.log(soakTable(verdicts))
    console.log(
      `${completed} completed, ${cancelled} cancelled, ${pausedAndResumed} paused and resumed in ${Math.round((Date.now() - startedMs) / 1_000)} s; ${differences} rows differ from the ledger.`,
    )
  }
  if (result.differences > 0 || verdicts.some(({ isFlat }) => !isFlat)) process.exitCode = 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
