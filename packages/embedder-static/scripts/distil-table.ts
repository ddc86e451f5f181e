import { extendHash, finishHash, hashSeeds } from '../src/hash.ts'
import {
  continuationFlag,
  distilledDimensions,
  foldDropped,
  foldSeparator,
  headerBytes,
  slotCount,
  type Table,
  tableMagic,
  tableSections,
  tableSizeBytes,
} from '../src/table.ts'
import type { VocabularyToken } from './distil-model.ts'

// Words that stand in most functions whatever they do; English text has them more seldom.
const codeWords =
  'arg args as async await boolean break case catch class const data def elif else except export ' +
  'extends false for from function get if import in int is isinstance key kwargs len let name new ' +
  'none not null number object of or private public raise return self set static str string this ' +
  'throw true try type typeof undefined value var while with and instanceof void'
const codeWordShare = 0.5

// Ranks are counted from the first word of the vocabulary; before it stand characters.
const firstWord = 'the'

/** The table's bytes, of the tokens and one vector for each. */
export function buildTable(
  tokens: readonly VocabularyToken[],
  vectors: readonly Float32Array[],
): Uint8Array {
  const bodies = tokens.map(({ token }) => token.replace(/^##(?=.)/, ''))
  const header = {
    tokenCount: tokens.length,
    characterCount: bodies.reduce((sum, body) => sum + body.length, 0),
    longestToken: Math.max(...bodies.map((body) => body.length)),
    dimensions: distilledDimensions,
  }
  const buffer = new SharedArrayBuffer(tableSizeBytes(header))
  const table = tableSections(buffer, header)
  const bytes = new Uint8Array(buffer)
  bytes.set(tableMagic)
  const view = new DataView(buffer)
  const { tokenCount, characterCount, longestToken, dimensions } = header
  const numbers = [tokenCount, characterCount, longestToken, dimensions]
  numbers.forEach((value, index) => {
    view.setUint32(headerBytes - 16 + 4 * index, value, true)
  })

  table.weights.set(weightsOf(tokens))
  writeFolds(table.folds)
  let end = 0
  bodies.forEach((body, token) => {
    const isContinuation = body.length < (tokens[token]?.token.length ?? 0)
    let hash: number = isContinuation ? hashSeeds.nextToken : hashSeeds.firstToken
    for (let index = 0; index < body.length; index++) {
      table.characters[end++] = body.charCodeAt(index)
      hash = extendHash(hash, body.charCodeAt(index))
    }
    table.tokenEnds[token] = isContinuation ? end + continuationFlag : end
    let slot = finishHash(hash) % slotCount
    while (table.slots[slot] !== 0) slot = (slot + 1) % slotCount
    table.slots[slot] = token + 1
    writeRow(table, token, vectors[token] ?? new Float32Array(distilledDimensions))
  })
  return bytes
}

function writeRow(
  table: Pick<Table, 'rows' | 'scales'>,
  token: number,
  vector: Float32Array,
): void {
  const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const scale = Math.fround(largest / 127)
  table.scales[token] = scale
  vector.forEach((value, column) => {
    table.rows[token * distilledDimensions + column] = scale === 0 ? 0 : Math.round(value / scale)
  })
}

// By Zipf's law a word's frequency falls with its rank, so the logarithm of the rank stands in for
// the inverse document frequency. Rounded coarsely: the last bit of a logarithm is no one's promise.
function weightsOf(tokens: readonly VocabularyToken[]): number[] {
  const common = new Set(codeWords.split(' '))
  const start = tokens.find(({ token }) => token === firstWord)?.id ?? 0
  const last = Math.log(2 + (tokens.at(-1)?.id ?? 0) - start)
  return tokens.map(({ token, id }) => {
    const weight = Math.log(2 + Math.max(0, id - start)) / last
    return Math.round(weight * (common.has(token) ? codeWordShare : 1) * 4096) / 4096
  })
}

// BERT's uncased normalisation of every UTF-16 code unit by itself: lower case, no accents; what is
// neither letter, number nor mark separates words.
function writeFolds(folds: Uint16Array): void {
  for (let unit = 0; unit < folds.length; unit++) {
    folds[unit] = foldOf(String.fromCharCode(unit))
  }
}

function foldOf(character: string): number {
  if (/\p{M}/u.test(character)) return foldDropped
  if (!/[\p{L}\p{N}]/u.test(character)) return foldSeparator
  const folded = character.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().normalize('NFD')
  const bare = folded.replace(/\p{M}/gu, '')
  // Hangul syllables fall apart into letters, which one code unit cannot hold: they stay whole.
  return bare.length === 1 ? bare.charCodeAt(0) : character.charCodeAt(0)
}
