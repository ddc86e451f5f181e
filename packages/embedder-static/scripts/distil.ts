// Makes table/minilm-128.bin and src/table-digest.ts again, bit for bit, from all-MiniLM-L6-v2:
//
//   node packages/embedder-static/scripts/distil.ts [--check] [--work DIR]
//
// --check   compares with the committed table instead of writing it; exits with 1 if they differ
// --work    folder for the model and the runtime (about 200 MB). @default in the user's cache
//
// Needs Node 24 with the Unicode version below, Maven, npm and unzip; takes some minutes. Every token
// of the WordPiece vocabulary goes through the model by itself; the mean states are whitened to 128
// dimensions and stored as int8 with a scale a token.
import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { distilledDimensions } from '../src/table.ts'
import { modelWidth, openModel } from './distil-model.ts'
import { buildTable } from './distil-table.ts'
import { whiten } from './distil-whiten.ts'

const unicodeVersion = '17.0'
const tableFile = new URL('../table/minilm-128.bin', import.meta.url)
const digestFile = new URL('../src/table-digest.ts', import.meta.url)

const { values } = parseArgs({
  options: { check: { type: 'boolean', default: false }, work: { type: 'string' } },
})
if (process.versions.unicode !== unicodeVersion) {
  throw new Error(`The table is made with Unicode ${unicodeVersion}; use a Node that has it.`)
}
const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache')
const model = await openModel(values.work ?? join(cache, 'cairn-distil'))

// Markers such as [CLS] and the unused places of the vocabulary stand for no text.
const tokens = model.vocabulary.filter(({ token }) => !/^\[.+\]$/.test(token))
const states: Float32Array[] = []
for (const { id } of tokens) {
  states.push(await model.meanState(id))
  if (states.length % 2000 === 0) console.error(`${states.length} of ${tokens.length} tokens`)
}
const bytes = buildTable(tokens, whiten(states, modelWidth, distilledDimensions))
const digest = createHash('sha256').update(bytes).digest('hex')
console.log(`${digest}  ${bytes.length} bytes, ${tokens.length} tokens`)

if (values.check) {
  const isSame = (await readFile(tableFile)).equals(bytes)
  console.log(isSame ? 'The committed table is the same.' : 'The committed table differs.')
  if (!isSame) process.exitCode = 1
} else {
  await writeFile(tableFile, bytes)
  await writeFile(
    digestFile,
    `/** SHA-256 of table/minilm-128.bin, written with it by scripts/distil.ts. */\n` +
      `export const tableDigest: string =\n  '${digest}'\n`,
  )
}
