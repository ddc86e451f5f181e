import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** Path of a grammar of `@vscode/tree-sitter-wasm`. @param name - For example `c-sharp`. */
export function grammarPath(name: string): string {
  return require.resolve(`@vscode/tree-sitter-wasm/wasm/tree-sitter-${name}.wasm`)
}
