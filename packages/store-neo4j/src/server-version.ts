import { StoreError } from '@cairn/core'

/** Oldest release with labels and types as parameters, which the writes use. */
const oldest = [5, 26] as const

/**
 * Checks what a server calls itself, for example `Neo4j/5.26.30` or `Neo4j/2026.08.1`.
 * @throws StoreError `STORE_UNSUPPORTED`
 */
export function checkVersion(agent: string | undefined, url: string): void {
  const found = /^Neo4j\/v?(\d+)\.(\d+)/.exec(agent ?? '')
  if (found) {
    const [major, minor] = [Number(found[1]), Number(found[2])]
    if (major > oldest[0] || (major === oldest[0] && minor >= oldest[1])) return
  }
  throw new StoreError(
    'STORE_UNSUPPORTED',
    `The server at ${url} is ${agent ?? 'of an unknown kind'}; the graph needs Neo4j ${oldest.join('.')} or newer.`,
  )
}
