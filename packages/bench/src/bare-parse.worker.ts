import { createRequire } from 'node:module'
import { Language, Parser } from 'web-tree-sitter'

/** Files of one language to parse and do nothing else with. */
export interface BareJob {
  /** Name of the grammar in `@vscode/tree-sitter-wasm`. */
  readonly grammar: string
  readonly files: readonly Uint8Array[]
}

/** Decodes and parses every file; gives the number of them. Called by the pool in a worker thread. */
export async function bareParse({ grammar, files }: BareJob): Promise<number> {
  await Parser.init()
  const path = createRequire(import.meta.url).resolve(
    `@vscode/tree-sitter-wasm/wasm/tree-sitter-${grammar}.wasm`,
  )
  const parser = new Parser()
  parser.setLanguage(await Language.load(path))
  const decoder = new TextDecoder()
  let count = 0
  for (const bytes of files) {
    const tree = parser.parse(decoder.decode(bytes))
    if (tree !== null) count++
    tree?.delete()
  }
  parser.delete()
  return count
}
