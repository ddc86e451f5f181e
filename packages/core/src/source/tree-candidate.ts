import { SourceError } from '../errors.ts'

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

/** What is said of a path that only a tree or an index made by hand has. */
const outside = 'The name leads out of the repository, or into its .git folder.'

/** Whether a file can be at a path; git's `verify_path` refuses the others at a checkout. */
function isInside(path: string): boolean {
  return !/(?:^|\/)(?:\.{0,2}|\.git)(?:\/|$)/i.test(path)
}

/** Collects the entries of a tree, as many as the host allows. */
export interface CandidateCollector {
  /** @throws SourceError `SOURCE_TOO_LARGE` */
  add(candidate: TreeCandidate): void
  /** All of them, by the code units of their path; of equal paths the first. */
  sorted(): TreeCandidate[]
}

// A tree of some hundred bytes can name milliards of files, or a path that is millions long.
const charactersPerFile = 256

/** An empty {@link CandidateCollector} for at most `maxFiles` entries. */
export function collectCandidates(maxFiles: number): CandidateCollector {
  const candidates: TreeCandidate[] = []
  let characters = 0
  return {
    add(candidate) {
      characters += candidate.path.length
      if (candidates.length === maxFiles || characters > maxFiles * charactersPerFile) {
        throw new SourceError(
          'SOURCE_TOO_LARGE',
          `The source has more than ${maxFiles} files, or paths of more than ${charactersPerFile} characters on average. Index a folder of it, or raise limits.maxFiles.`,
        )
      }
      candidates.push(
        isInside(candidate.path)
          ? candidate
          : { ...candidate, kind: 'unreadable', problem: outside },
      )
    },
    sorted() {
      candidates.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
      return candidates.filter((candidate, index) => candidate.path !== candidates[index - 1]?.path)
    },
  }
}
