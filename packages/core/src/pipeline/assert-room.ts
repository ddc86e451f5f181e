import { StoreError } from '../errors.ts'
import { filesToIndex } from './planned-files.ts'
import type { RunContext } from './run-context.ts'
import type { Plan } from './stages/analyze.ts'

// A little less than was measured of whole runs with the default store (docs/guides/operate.md), so that nothing
// is refused that would have fitted: what needs more pauses when the room is used up.
const storedPerPlannedByte = 3
const plannedBytesPerChunk = 600
const planPage = 1_000

/**
 * Checks that what the plan adds to the store has room there, before any of it is written.
 * @throws StoreError `STORE_FULL`
 */
export async function assertRoom(
  context: RunContext,
  plan: Plan,
  { isIndexed }: { readonly isIndexed: boolean },
): Promise<void> {
  const { journal } = context.storage
  // Of what is indexed again many texts are the same, whose vectors are there.
  const vectorBytes = isIndexed ? 0 : context.space.dimensions * Float32Array.BYTES_PER_ELEMENT
  const neededFor = (plannedBytes: number): number =>
    plannedBytes * (storedPerPlannedByte + vectorBytes / plannedBytesPerChunk)
  const free = (await journal.freeBytes?.()) ?? null
  if (free === null || neededFor(plan.totals.bytes) <= free) return
  // A resumed run has stored some of it before; to look for that takes longer.
  const needed = neededFor(await missingBytes(context))
  if (needed <= free) return
  throw new StoreError(
    'STORE_FULL',
    `Indexing needs at least ${inMegabytes(needed)} where the store is, and ${inMegabytes(free)} are free. Free some and resume the task, or index fewer files.`,
  )
}

/** Bytes of the planned files that are not parsed yet. */
async function missingBytes(context: RunContext): Promise<number> {
  const { spool } = context.storage.journal
  let bytes = 0
  for await (const page of filesToIndex(context, planPage)) {
    const present = await spool.has(page.map(({ version }) => version))
    for (const file of page) if (!present.has(file.version)) bytes += file.sizeBytes ?? 0
  }
  return bytes
}

function inMegabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1_000_000).toLocaleString('en')} MB`
}
