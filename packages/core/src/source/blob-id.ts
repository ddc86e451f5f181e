import { createHash } from 'node:crypto'

/**
 * Git's object id (SHA-1, lower-case hex) of a blob with these bytes: what `git hash-object
 * --no-filters` prints.
 * @see https://git-scm.com/book/en/v2/Git-Internals-Git-Objects
 */
export function blobId(bytes: Uint8Array): string {
  return createHash('sha1').update(`blob ${bytes.byteLength}\0`).update(bytes).digest('hex')
}
