import assert from 'node:assert/strict'
import type { ParsedFile, SpooledChunk, SpooledFile, SpooledSurface } from '@cairn/core'
import { decodeReferences, decodeSurface, encodeFile } from '@cairn/core/encoded-file'
import { type Behaviour, behaviours } from '../conformance-case.ts'
import { freshRepository, freshTaskId, freshVersion } from '../fresh-names.ts'
import { oddNames } from '../odd-text.ts'
import type { OpenedJournal } from './journal-subject.ts'
import { commitParsed, fileToIndex, ledgerRepository } from './ledger-rows.ts'
import { chunk, parsedFile, richFile } from './parsed-files.ts'

interface SpoolInput {
  readonly version: string
  readonly path: string
  readonly parsed: ParsedFile
}

/** What is expected of the spool's answer about a file that was written. */
function spooled({ version, path, parsed }: SpoolInput) {
  const { language, syntaxErrors, references } = parsed
  const chunkCount = parsed.chunks.length
  return { version, path, language, ...surfaceOf(parsed), references, chunkCount, syntaxErrors }
}

function surfaceOf({ symbols, imports, heritage, packageName }: ParsedFile) {
  return { symbols, imports, heritage, packageName }
}

/** What is expected of the spool's answer about a surface. */
function spooledSurface({ version, path, parsed }: SpoolInput) {
  return { version, path, language: parsed.language, ...surfaceOf(parsed) }
}

function readSurface({ surface, ...file }: SpooledSurface) {
  return { ...file, ...decodeSurface(surface) }
}

function readFile({ uses, ...file }: SpooledFile) {
  return { ...readSurface(file), references: decodeReferences(uses) }
}

/** The chunks that the spool gives back of a file that was written. */
function spooledChunks({ version, parsed }: SpoolInput): {
  version: string
  chunks: SpooledChunk[]
} {
  return {
    version,
    chunks: parsed.chunks.map(({ ordinal, textHash, symbolKind }) => ({
      ordinal,
      textHash,
      symbolKind,
    })),
  }
}

function input(path: string, parsed: ParsedFile = richFile()): SpoolInput {
  return { version: freshVersion(), path, parsed }
}

/** What `spool` promises but for the texts to embed. */
export const spool: readonly Behaviour<OpenedJournal>[] = behaviours<OpenedJournal>('spool', {
  'a file is read back as it was written, and its chunks without their texts': async ({
    store: { spool: files },
  }) => {
    const written = [...oddNames.map((path) => input(path)), input('empty.ts', parsedFile([]))]
    await files.write(freshRepository(), written)
    const versions = written.map(({ version }) => version)
    assert.deepEqual((await files.files(versions)).map(readFile), written.map(spooled))
    assert.deepEqual(await files.chunks(versions), written.map(spooledChunks))
  },

  'a file may be written in its encoded form': async ({ store: { spool: files } }) => {
    const [plain, encoded] = [input('a.ts'), input('b.ts')]
    await files.write(freshRepository(), [
      plain,
      { ...encoded, parsed: encodeFile(encoded.parsed) },
    ])
    const read = (await files.files([plain.version, encoded.version])).map(readFile)
    assert.deepEqual(read, [plain, encoded].map(spooled))
  },

  'what was asked for may go to another thread, and is there when asked for again': async ({
    store: { spool: files },
  }) => {
    const written = [input('a.ts'), input('b.ts')]
    await files.write(freshRepository(), written)
    const versions = written.map(({ version }) => version)
    for (let time = 0; time < 2; time++) {
      const read = await files.files(versions)
      const surfaces = await files.surfaces(versions)
      const buffers = [...read, ...surfaces].map(({ surface }) => surface.buffer)
      const transfer = [...new Set([...buffers, ...read.map(({ uses }) => uses.buffer)])]
      const moved = structuredClone({ read, surfaces }, { transfer })
      assert.deepEqual(moved.read.map(readFile), written.map(spooled))
      assert.deepEqual(moved.surfaces.map(readSurface), written.map(spooledSurface))
    }
  },

  'files come in the order asked, without those that are not there': async ({
    store: { spool: files },
  }) => {
    const [first, second, third] = ['a.ts', 'b.ts', 'c.ts'].map((path) => input(path))
    if (!first || !second || !third) throw new Error('three files were made')
    await files.write(freshRepository(), [first, second, third])
    const versions = [third.version, freshVersion(), first.version, second.version]
    const inOrder = [third, first, second]
    assert.deepEqual((await files.files(versions)).map(readFile), inOrder.map(spooled))
    assert.deepEqual(await files.chunks(versions), inOrder.map(spooledChunks))
    assert.deepEqual((await files.surfaces(versions)).map(readSurface), inOrder.map(spooledSurface))
    assert.deepEqual(await files.has(versions), new Set(inOrder.map(({ version }) => version)))
  },

  'asking for nothing gives nothing': async ({ store: { spool: files } }) => {
    await files.write(freshRepository(), [])
    assert.deepEqual(await files.files([]), [])
    assert.deepEqual(await files.chunks([]), [])
    assert.deepEqual(await files.surfaces([]), [])
    assert.deepEqual(await files.has([]), new Set())
    assert.deepEqual(await files.has([freshVersion()]), new Set())
  },

  'a version that is there already is left as it is': async ({ store: { spool: files } }) => {
    const repository = freshRepository()
    const first = input('a.ts')
    const other = input('b.ts')
    await files.write(repository, [first])
    await files.write(repository, [
      { ...first, parsed: parsedFile([chunk(0, 'other')], { language: 'go' }) },
      other,
    ])
    assert.deepEqual(
      (await files.files([first.version, other.version])).map(readFile),
      [first, other].map(spooled),
    )
  },

  'a version is never there in part, also while it is being written': async ({
    store: { spool: files },
  }) => {
    const written = [1, 2, 3].map((number) =>
      input(
        `${number}.ts`,
        parsedFile(Array.from({ length: 1500 }, (_, index) => chunk(index, `${number} ${index}`))),
      ),
    )
    const versions = written.map(({ version }) => version)
    const state = { isWriting: true }
    const writing = files.write(freshRepository(), written).finally(() => {
      state.isWriting = false
    })
    while (state.isWriting) {
      const seen = await files.has(versions)
      const read = await files.chunks([...seen])
      assert.deepEqual(
        read.map(({ chunks }) => chunks.length),
        [...seen].map(() => 1500),
      )
    }
    await writing
    assert.deepEqual(await files.chunks(versions), written.map(spooledChunks))
  },

  'sweeping deletes what neither the ledger nor a plan refers to, and counts it': async ({
    store,
  }) => {
    const repository = ledgerRepository()
    const { name } = repository
    const [live] = await commitParsed(store, repository, [{ path: 'live.ts', parsed: richFile() }])
    const runId = freshTaskId()
    const [planned, unchanged] = [input('planned.ts'), input('unchanged.ts')]
    const loose = [input('x.ts'), input('y.ts')]
    const elsewhere = input('z.ts')
    await store.plans.begin({ repository: name, runId })
    await store.plans.add(runId, [
      fileToIndex({ path: planned.path, version: planned.version }),
      { ...fileToIndex({ path: unchanged.path, version: unchanged.version }), action: 'unchanged' },
    ])
    await store.spool.write(name, [planned, unchanged, ...loose])
    await store.spool.write(freshRepository(), [elsewhere])
    assert.equal(await store.spool.sweep(name), 2)
    const all = [planned, unchanged, ...loose, elsewhere].map(({ version }) => version)
    const kept = [planned.version, unchanged.version, elsewhere.version, live ?? '']
    assert.deepEqual(await store.spool.has([...all, live ?? '']), new Set(kept))
    assert.equal(await store.spool.sweep(name), 0)
    assert.equal(await store.spool.sweep(freshRepository()), 0)
  },

  'sweeping all reaches every repository': async ({ store }) => {
    const repository = ledgerRepository()
    const [live = ''] = await commitParsed(store, repository, [
      { path: 'live.ts', parsed: richFile() },
    ])
    const runId = freshTaskId()
    const [planned, loose, elsewhere] = [input('planned.ts'), input('x.ts'), input('z.ts')]
    await store.plans.begin({ repository: repository.name, runId })
    await store.plans.add(runId, [fileToIndex({ path: planned.path, version: planned.version })])
    await store.spool.write(repository.name, [planned, loose])
    await store.spool.write(freshRepository(), [elsewhere])
    assert.ok((await store.spool.sweep()) >= 2)
    const all = [live, ...[planned, loose, elsewhere].map(({ version }) => version)]
    assert.deepEqual(await store.spool.has(all), new Set([live, planned.version]))
    assert.equal(await store.spool.sweep(), 0)
  },

  'what was swept can be written again': async ({ store }) => {
    const repository = freshRepository()
    const file = input('a.ts')
    await store.spool.write(repository, [file])
    assert.equal(await store.spool.sweep(repository), 1)
    await store.spool.write(repository, [file])
    assert.deepEqual((await store.spool.files([file.version])).map(readFile), [spooled(file)])
  },
})
