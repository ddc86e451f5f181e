import { createHash } from 'node:crypto'

/**
 * Git's object id (lower-case hex) of a blob with these bytes: what `git hash-object --no-filters`
 * prints.
 * @param algorithm that of the repository; cairn's own content hashes are SHA-1
 * @see https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
 */
export function blobId(bytes: Uint8Array, algorithm: 'sha1' | 'sha256' = 'sha1'): string {
  return createHash(algorithm).update(`blob ${bytes.byteLength}\0`).update(bytes).digest('hex')
}
