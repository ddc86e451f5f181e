import { hash } from 'node:crypto'

/**
 * Ids are derived from content, so that every write is idempotent and two machines that index the
 * same thing agree. All are lower-case hex, cut to 128 bits: at 10^9 ids the chance of one collision
 * is below 10^-20.
 */
function digest(...parts: readonly string[]): string {
  let joined = ''
  for (const part of parts) joined += `${Buffer.byteLength(part)}:${part}`
  return hash('sha256', joined, 'hex').slice(0, 32)
}

/** Id of a file version: these bytes at this path, parsed by this parser. */
export function versionId(
  repository: string,
  path: string,
  contentHash: string,
  parserFingerprint: string,
): string {
  return `v${digest(repository, path, contentHash, parserFingerprint)}`
}

/** Id of a chunk: its file version and its place there. */
export function chunkId(version: string, ordinal: number): string {
  return `${version}:${ordinal}`
}

/** What {@link chunkId} was made of; null for what is no chunk id. */
export function parseChunkId(id: string): { version: string; ordinal: number } | null {
  if (!/^v[0-9a-f]{32}:(?:0|[1-9]\d*)$/.test(id)) return null
  return { version: id.slice(0, 33), ordinal: Number(id.slice(34)) }
}

/** Id of the edge set that holds exactly `content` for a file version. */
export function edgeSetId(version: string, content: string): string {
  return `e${digest(version, content)}`
}

/** Id of a file's node in the graph. */
export function fileNodeId(repository: string, path: string): string {
  return `f${digest(repository, path)}`
}

/** Id of the node of a module outside the repository. */
export function moduleNodeId(repository: string, specifier: string): string {
  return `m${digest(repository, specifier)}`
}

/**
 * Ids of the nodes of a file's symbols; `occurrence` tells apart definitions of the same symbol path.
 * All begin alike: ids that are written together then stand together in an index, which writes few of
 * its pages instead of nearly all.
 */
export function symbolNodeIds(
  repository: string,
  path: string,
): (symbolPath: string, occurrence: number) => string {
  const beginning = digest(repository, path).slice(0, 12)
  return (symbolPath, occurrence) =>
    `s${beginning}${digest(repository, path, symbolPath, String(occurrence)).slice(0, 20)}`
}
