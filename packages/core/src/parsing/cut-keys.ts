import { cutWindow } from './cut-window.ts'
import type { LineTable } from './line-table.ts'
import { type ChunkLimits, noSubject, type Piece } from './piece.ts'

const tomlTable = /^\[+\s*([^\]]+?)\s*\]+/
const yamlOrTomlKey = /^(?:"([^"]+)"|'([^']+)'|([^\s#\-[{"':=][^:=]*?))\s*(?:[:=]|$)/
const jsonKey = /^(\s*)"((?:[^"\\]|\\.)*)"\s*:/

/**
 * Cuts configuration at its top-level keys: TOML by tables, YAML and TOML by unindented keys, JSON by
 * keys of the first level. Small neighbours are put together up to the limit; the context of a piece
 * names its keys.
 */
export function cutKeys(lines: LineTable, limits: ChunkLimits): Piece[] {
  const blocks = keyBlocks(lines)
  const pieces: Piece[] = []
  let index = 0
  while (index < blocks.length) {
    const block = blocks[index]
    if (block === undefined) break
    const keys = [block.key]
    let last = block.lastLine
    for (let next = index + 1; next < blocks.length; next++) {
      const candidate = blocks[next]
      if (candidate === undefined) break
      const size = lines.end(candidate.lastLine) - lines.start(block.firstLine)
      const own = lines.end(candidate.lastLine) - lines.start(candidate.firstLine)
      if (size > limits.maxChunkCharacters) break
      // What is large enough to be found by itself is left to stand alone.
      if (own > limits.minChunkCharacters && last > block.firstLine) break
      keys.push(candidate.key)
      last = candidate.lastLine
      index = next
    }
    const named = keys.filter((key) => key !== '').slice(0, 8)
    const subject = { ...noSubject, context: named.join(', ').slice(0, 200) }
    pieces.push(...cutWindow(lines, block.firstLine, last, limits.maxChunkCharacters, subject))
    index++
  }
  return pieces
}

interface KeyBlock {
  readonly key: string
  readonly firstLine: number
  lastLine: number
}

function keyBlocks(lines: LineTable): KeyBlock[] {
  const blocks: KeyBlock[] = []
  const isJson = /^\s*[{[]/.test(lines.text.slice(0, 1_000)) && !tomlTable.test(lines.text)
  let inTable = false
  // The first key of a JSON file says how far its level is indented.
  let jsonIndentation: string | undefined
  for (let line = 0; line < lines.count; line++) {
    const text = lines.text.slice(
      lines.start(line),
      Math.min(lines.end(line), lines.start(line) + 300),
    )
    const table = isJson ? null : tomlTable.exec(text)
    const property = isJson ? jsonKey.exec(text) : null
    jsonIndentation ??= property?.[1]
    const key = isJson
      ? property?.[1] === jsonIndentation
        ? property?.[2]
        : undefined
      : (table?.[1] ?? (inTable ? undefined : firstGroup(yamlOrTomlKey.exec(text))))
    if (table !== null) inTable = true
    const current = blocks.at(-1)
    if (key !== undefined || current === undefined) {
      // A comment right before a key is about it.
      let firstLine = line
      while (current !== undefined && firstLine - 1 > current.firstLine) {
        if (!lines.text.startsWith('#', lines.start(firstLine - 1))) break
        firstLine--
      }
      if (current !== undefined) current.lastLine = firstLine - 1
      blocks.push({ key: key ?? '', firstLine, lastLine: line })
    } else {
      current.lastLine = line
    }
  }
  return blocks
}

function firstGroup(match: RegExpExecArray | null): string | undefined {
  return match === null ? undefined : (match[1] ?? match[2] ?? match[3])
}
