import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { type SoakSample, soakForms } from './soak-run.ts'
import { judgeSoak, soakTable } from './soak-verdict.ts'

const level: SoakSample = {
  runs: 0,
  heapBytes: 30_000_000,
  residentBytes: 300_000_000,
  handles: 4,
  openFiles: 50,
  threads: 16,
  storeBytes: 4_000_000,
  logBytes: 33_000_000,
}

/** Samples of a process that takes so much more with every run. */
function samplesWith(more: Partial<Omit<SoakSample, 'runs'>>): SoakSample[] {
  const { runs, samples } = soakForms.short
  return Array.from({ length: samples }, (_, at) => {
    const done = Math.round((runs * (at + 1)) / samples)
    const sample = { ...level, runs: done }
    for (const [measure, amount] of Object.entries(more)) {
      Object.assign(sample, { [measure]: Reflect.get(level, measure) + done * amount })
    }
    return sample
  })
}

test('what stays as it is, but for a beginning of its own, is flat', () => {
  const samples = samplesWith({}).map((sample, at) =>
    at < 8 ? { ...sample, heapBytes: 10_000_000, storeBytes: 1_000_000, openFiles: 3 } : sample,
  )
  expect(judgeSoak(samples).filter(({ isFlat }) => !isFlat)).toEqual([])
})

test.each([
  ['heapBytes', 16_000],
  ['residentBytes', 2_000_000],
  ['handles', 0.1],
  ['openFiles', 0.1],
  ['threads', 0.1],
  ['storeBytes', 2_000],
  ['logBytes', 40_000],
] as const)('%s that grow by %d with every run are not flat', (measure, amount) => {
  const grown = judgeSoak(samplesWith({ [measure]: amount })).filter(({ isFlat }) => !isFlat)
  expect(grown.map((verdict) => verdict.measure)).toEqual([measure])
  expect(soakTable(grown)).toContain('NO')
})

test('hundreds of runs over twenty repositories hold no more at their end than in the middle', async () => {
  const child = spawn(
    process.execPath,
    [
      '--conditions=@cairn/source',
      '--disable-warning=ExperimentalWarning',
      '--expose-gc',
      fileURLToPath(new URL('./soak.ts', import.meta.url)),
      ...['--short', '--json', '--seed', '1'],
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  onTestFinished(() => void child.kill())
  const result = JSON.parse(await text(child.stdout))
  expect(result.differences).toBe(0)
  expect(result.completed + result.cancelled + result.pausedAndResumed).toBeGreaterThan(590)
  expect(result.cancelled).toBeGreaterThan(0)
  expect(result.pausedAndResumed).toBeGreaterThan(0)
  const grown = result.verdicts.filter(({ isFlat }: { isFlat: boolean }) => !isFlat)
  expect(grown, soakTable(result.verdicts)).toEqual([])
}, 900_000)
