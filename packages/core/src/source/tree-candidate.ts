/** An entry of a tree by name alone, before anything of it was read. */
export interface TreeCandidate {
  /** `/`-separated, relative to the root; bytes that are not UTF-8 stand as `\xNN`. */
  readonly path: string
  readonly kind: 'file' | 'symlink' | 'submodule' | 'unreadable'
  /** The blob's id in Git; null where the content is on disk. */
  readonly objectId: string | null
  readonly sizeBytes: number | null
  /** Why it is known from the start that it cannot be read; null but for `unreadable`. */
  readonly problem: string | null
}

/** What is said of a file whose name's bytes cannot be spelled as text, so that no one can ask for it. */
export const unnameable = 'The name is not valid UTF-8.'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The name of an entry, and whether it is proper text; without it, bytes stand as `\xNN`. */
export function decodeName(bytes: Uint8Array): { name: string; isText: boolean } {
  try {
    return { name: decoder.decode(bytes), isText: true }
  } catch {
    let name = ''
    for (const byte of bytes) {
      name +=
        byte >= 0x20 && byte < 0x7f && byte !== 0x5c
          ? String.fromCharCode(byte)
          : `\\x${byte.toString(16).padStart(2, '0')}`
    }
    return { name, isText: false }
  }
}

/** Sorts by the path's code units and keeps the first of equal paths. */
export function sortCandidates(candidates: readonly TreeCandidate[]): TreeCandidate[] {
  const sorted = [...candidates].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
  return sorted.filter((candidate, index) => candidate.path !== sorted[index - 1]?.path)
}
