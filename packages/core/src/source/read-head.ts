import { constants } from 'node:fs'
import { open } from 'node:fs/promises'

// Git's own files of one line have some hundred bytes; its configuration seldom has more than this.
const maxBytes = 65_536
// Opening a named pipe would else wait for its writer for ever.
const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/**
 * The beginning of a small text file of git's, or null where there is none to read. What a download
 * put in its place may be of any size or kind.
 */
export async function readHead(path: string): Promise<string | null> {
  const file = await open(path, flags).catch(() => null)
  if (file === null) return null
  try {
    if (!(await file.stat()).isFile()) return null
    const { buffer, bytesRead } = await file.read(Buffer.alloc(maxBytes), 0, maxBytes, 0)
    return buffer.toString('utf8', 0, bytesRead)
  } catch {
    return null // not ours to read: whoever asks decides what that means
  } finally {
    await file.close()
  }
}
