import { execFileSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { goOnAndCompare, runInPlace, type Try } from './broken-run.ts'
import type { Fault, FaultOutcome } from './fault.ts'
import { outcomeOf } from './outcome.ts'
import { type EmbeddedRun, type Place, prepareRun } from './prepared-run.ts'
import { type ProcessReport, startProcess } from './started-process.ts'

/** Where between the size before the run and that after it the room ends. */
const shares = { short: [0.4], long: [0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95] }

/**
 * No room is left in the middle of a run: by a quota of the store, and on a file system that is too small.
 * The run has to end with an error that says so, and to go on when there is room again.
 */
export const disk: Fault = {
  name: 'disk',
  async run({ form, signal }) {
    const prepared = await prepareRun(20, 120, signal)
    try {
      const quota = await fullByQuota(prepared, shares[form], signal)
      return form === 'short'
        ? [quota]
        : [quota, await fullFileSystem(prepared, shares[form], signal)]
    } finally {
      await prepared.remove()
    }
  },
}

async function fullByQuota(
  prepared: EmbeddedRun,
  where: readonly number[],
  signal: AbortSignal,
): Promise<FaultOutcome> {
  const tries: Try[] = []
  const ends = new Set<string>()
  for (const share of where) {
    const maxBytes = Math.round(prepared.bytesBefore + share * growth(prepared))
    const { place, report } = await runInPlace(prepared, { maxBytes }, signal)
    ends.add(endOf(report))
    tries.push(await goOn(prepared, place, report, share, signal))
  }
  return outcomeOf('the quota of the store is used up', tries, [...ends])
}

async function fullFileSystem(
  prepared: EmbeddedRun,
  where: readonly number[],
  signal: AbortSignal,
): Promise<FaultOutcome> {
  const fault = 'the file system is full'
  const tries: Try[] = []
  const ends = new Set<string>()
  for (const share of where) {
    const copy = await prepared.begin()
    const held = readdirSync(copy.data).reduce(
      (sum, name) => sum + statSync(join(copy.data, name)).size,
      0,
    )
    // What is written goes into a log first and then into the file.
    const fileSystem = smallFileSystem(held + 2 * share * growth(prepared))
    if (fileSystem === null) {
      return outcomeOf(fault, [], ['not tried: this user may not mount a file system'])
    }
    try {
      const place = { ...copy, data: join(fileSystem.folder, 'data') }
      cpSync(copy.data, place.data, { recursive: true })
      const report = await startProcess(place, signal).ended
      ends.add(endOf(report))
      fileSystem.grow()
      tries.push(await goOn(prepared, place, report, share, signal))
    } finally {
      fileSystem.remove()
    }
  }
  return outcomeOf(fault, tries, [...ends])
}

async function goOn(
  prepared: EmbeddedRun,
  place: Place,
  report: ProcessReport,
  share: number,
  signal: AbortSignal,
): Promise<Try> {
  const what = `room for ${share * 100} % of what is written`
  const result = await goOnAndCompare(prepared, place, report, what, signal)
  const { error } = report
  const isTyped =
    error === null || !['INTERNAL', 'STORE_FAILED', 'STORE_CORRUPT'].includes(error.code)
  return isTyped
    ? result
    : {
        ...result,
        differences: [...result.differences, `the end: ${error?.code} ${error?.message}`],
      }
}

function endOf({ error, completed }: ProcessReport): string {
  return completed ? 'the run completed all the same' : `the run ended with ${error?.code}`
}

/** Bytes that the run adds to the store. */
function growth({ bytesBefore, bytesAfter }: EmbeddedRun): number {
  return bytesAfter - bytesBefore
}

/** A file system of so many bytes in memory; null where none may be mounted. */
function smallFileSystem(bytes: number): {
  readonly folder: string
  grow(): void
  remove(): void
} | null {
  const folder = mkdtempSync(join(tmpdir(), 'cairn-faults-disk-'))
  const mount = (...words: string[]): void => {
    execFileSync('mount', [...words, folder], { stdio: 'pipe' })
  }
  try {
    mount('-t', 'tmpfs', '-o', `size=${Math.round(bytes)}`, 'tmpfs')
  } catch {
    rmSync(folder, { recursive: true })
    return null
  }
  return {
    folder,
    grow: () => mount('-o', 'remount,size=1g'),
    remove() {
      execFileSync('umount', [folder], { stdio: 'pipe' })
      rmSync(folder, { recursive: true })
    },
  }
}
