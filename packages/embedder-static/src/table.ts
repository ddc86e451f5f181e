import { finishHash } from './hash.ts'

/** Dimensions of the distilled half of a vector. */
export const distilledDimensions = 128

/** Slots of the hash index over the vocabulary; a power of two. */
export const slotCount = 65_536

/** Set in an entry of {@link Table.tokenEnds} where the token goes on with a word. */
export const continuationFlag = 0x8000_0000

/** What {@link Table.folds} holds for a code unit that stands between words. */
export const foldSeparator = 0

/** What {@link Table.folds} holds for a combining mark: it is dropped, the word goes on. */
export const foldDropped = 0xffff

/** First bytes of a table: `CAIRN` and the version of the layout. */
export const tableMagic: readonly number[] = [0x43, 0x41, 0x49, 0x52, 0x4e, 0, 0, 1]

/**
 * The distilled table, as views of one buffer that all threads share: nothing is parsed, nothing is
 * copied. Stored numbers are little-endian. A token is one entry of BERT's uncased WordPiece vocabulary.
 */
export interface Table {
  /** The buffer, to hand on to another thread. */
  readonly buffer: SharedArrayBuffer
  /** Characters of the longest token, in UTF-16 code units. */
  readonly longestToken: number
  /** By token: how much a word counts that is this token, in (0, 1]; 1 for the rarest. */
  readonly weights: Float32Array
  /** By token: what an int8 of its row is multiplied with. */
  readonly scales: Float32Array
  /** By token: where its characters end in {@link characters}, with {@link continuationFlag}. */
  readonly tokenEnds: Uint32Array
  /** By hash: token + 1, or 0; linear probing. */
  readonly slots: Uint16Array
  /** By UTF-16 code unit: the lower-case unit without accents, or one of the fold constants. */
  readonly folds: Uint16Array
  /** Characters of all tokens, one after the other. */
  readonly characters: Uint16Array
  /** By token: {@link distilledDimensions} numbers. */
  readonly rows: Int8Array
}

/** The numbers of a table's header, in the order in which they stand after the magic bytes. */
export interface TableHeader {
  readonly tokenCount: number
  readonly characterCount: number
  readonly longestToken: number
  readonly dimensions: number
}

/** Bytes before the first section. */
export const headerBytes = 24

/** Bytes of a table with this header. */
export function tableSizeBytes(header: TableHeader): number {
  const { tokenCount, characterCount, dimensions } = header
  return headerBytes + (12 + dimensions) * tokenCount + 4 * 65_536 + 2 * characterCount
}

/** Views of the sections of a table, in the order in which they are stored. */
export function tableSections(
  buffer: SharedArrayBuffer,
  header: TableHeader,
): Omit<Table, 'buffer' | 'longestToken'> {
  const { tokenCount, characterCount, dimensions } = header
  let offset = headerBytes
  const take = (sizeBytes: number): number => {
    offset += sizeBytes
    return offset - sizeBytes
  }
  return {
    weights: new Float32Array(buffer, take(4 * tokenCount), tokenCount),
    scales: new Float32Array(buffer, take(4 * tokenCount), tokenCount),
    tokenEnds: new Uint32Array(buffer, take(4 * tokenCount), tokenCount),
    slots: new Uint16Array(buffer, take(2 * slotCount), slotCount),
    folds: new Uint16Array(buffer, take(2 * 65_536), 65_536),
    characters: new Uint16Array(buffer, take(2 * characterCount), characterCount),
    rows: new Int8Array(buffer, take(tokenCount * dimensions), tokenCount * dimensions),
  }
}

/** The table in `buffer`; throws a plain `Error` where the bytes are not one. */
export function openTable(buffer: SharedArrayBuffer): Table {
  const header = readHeader(buffer)
  return { buffer, longestToken: header.longestToken, ...tableSections(buffer, header) }
}

/** Turns the numbers of a table as it is stored into those of a big-endian processor, in place. */
export function swapByteOrder(buffer: SharedArrayBuffer): void {
  const { tokenCount, characterCount } = readHeader(buffer)
  const wide = 12 * tokenCount
  Buffer.from(buffer, headerBytes, wide).swap32()
  Buffer.from(buffer, headerBytes + wide, 2 * (slotCount + 65_536 + characterCount)).swap16()
}

// The header stays as it is stored, whatever the processor.
function readHeader(buffer: SharedArrayBuffer): TableHeader {
  const view = new DataView(buffer)
  if (tableMagic.some((byte, index) => view.getUint8(index) !== byte)) {
    throw new Error('the file is not a table of this version')
  }
  const header: TableHeader = {
    tokenCount: view.getUint32(8, true),
    characterCount: view.getUint32(12, true),
    longestToken: view.getUint32(16, true),
    dimensions: view.getUint32(20, true),
  }
  if (header.dimensions !== distilledDimensions || tableSizeBytes(header) !== buffer.byteLength) {
    throw new Error('the file is not of the size its header says')
  }
  return header
}

/** The token that is `units[start, end)`, or -1; `hash` is that of the units, not finished. */
export function findToken(
  table: Table,
  hash: number,
  units: Uint16Array,
  start: number,
  end: number,
): number {
  const { slots, tokenEnds, characters } = table
  const flag = start === 0 ? 0 : continuationFlag
  const length = end - start
  for (let slot = finishHash(hash) % slotCount; ; slot = (slot + 1) % slotCount) {
    const token = (slots[slot] ?? 0) - 1
    if (token < 0) return -1
    const entry = tokenEnds[token] ?? 0
    const tokenEnd = entry & ~continuationFlag
    const tokenStart = token === 0 ? 0 : (tokenEnds[token - 1] ?? 0) & ~continuationFlag
    if (tokenEnd - tokenStart !== length || (entry & continuationFlag) !== (flag | 0)) continue
    let same = 0
    while (same < length && units[start + same] === characters[tokenStart + same]) same++
    if (same === length) return token
  }
}
