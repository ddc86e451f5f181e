import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { spoolFiles } from '../in-flight.ts'
import { createSpoolWriter, type FileToSpool } from './spool-writer.ts'

function parsedFile(number: number): FileToSpool {
  const parsed = { chunks: 1, syntaxErrors: 0, warnings: [], bytes: new Uint8Array() }
  return { version: `v${number}`, path: `${number}.py`, parsed }
}

/** Adds files from so many lanes, as the parsing stage does; what was taken of each so far. */
function addFrom(lanes: number, add: (file: FileToSpool) => Promise<void>, files: number) {
  let next = 0
  const added: string[] = []
  const lane = async (): Promise<void> => {
    while (next < files) {
      const file = parsedFile(next++)
      await add(file)
      added.push(file.version)
    }
  }
  return { added, begun: () => next, ended: Promise.all(Array.from({ length: lanes }, lane)) }
}

test('while a batch is being written one more is filled, and then every lane waits', async () => {
  const lanes = 32
  const files = 1_000
  const written: string[] = []
  let release = (): void => undefined
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  let hasBegun = (): void => undefined
  const begun = new Promise<void>((resolve) => {
    hasBegun = resolve
  })
  const writer = createSpoolWriter(async (batch) => {
    hasBegun()
    await released
    expect(batch.length).toBeLessThanOrEqual(spoolFiles)
    written.push(...batch.map(({ version }) => version))
  })
  const adding = addFrom(lanes, (file) => writer.add(file, 100), files)
  await begun
  // Nothing that could still go on is left after that.
  for (let turn = 0; turn < files; turn++) await setImmediate()
  expect(adding.begun()).toBeLessThanOrEqual(2 * spoolFiles + lanes)
  release()
  await adding.ended
  await writer.flush()
  expect(written.toSorted()).toEqual(adding.added.toSorted())
  expect(new Set(written).size).toBe(files)
})

test('when a write fails, whoever adds or flushes hears of it, and nothing more is written', async () => {
  let writes = 0
  const writer = createSpoolWriter(async () => {
    writes += 1
    throw new Error('The disk is full.')
  })
  const adding = addFrom(4, (file) => writer.add(file, 100), 1_000)
  await expect(adding.ended).rejects.toThrow('The disk is full.')
  await expect(writer.flush()).rejects.toThrow('The disk is full.')
  await writer.settled()
  expect(writes).toBe(1)
})
