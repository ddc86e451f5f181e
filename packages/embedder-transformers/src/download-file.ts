import { randomUUID } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { EmbedderError } from '@cairn/core'

/** What {@link downloadFile} takes. */
export interface Download {
  readonly url: string
  /** Appears when all of it is there. */
  readonly target: string
  readonly signal: AbortSignal | undefined
  onBytes(loadedBytes: number, totalBytes: number | null): void
}

// Reports a download tells at most, beside the first and the last.
const reports = 100
const reportBytes = 1024 * 1024

/**
 * Downloads one file. It is written under another name and renamed when it is whole, so that what
 * stands at `target` is never half a file, also when two processes download it at once.
 * @throws EmbedderError `EMBEDDER_UNAVAILABLE`; recoverable where the server or the network failed.
 */
export async function downloadFile({ url, target, signal, onBytes }: Download): Promise<void> {
  const partial = `${target}.${randomUUID()}.partial`
  try {
    // Compressed on the way, the length that the server says would not be that of the file.
    const headers = { 'accept-encoding': 'identity' }
    const response = await fetch(url, { headers, ...(signal && { signal }) })
    if (!response.ok) throw refusal(url, response.status)
    await mkdir(dirname(target), { recursive: true })
    await writeBody(response, partial, onBytes)
    await rename(partial, target)
  } catch (error) {
    await rm(partial, { force: true })
    signal?.throwIfAborted()
    if (error instanceof EmbedderError) throw error
    throw new EmbedderError('EMBEDDER_UNAVAILABLE', `${url} could not be downloaded.`, {
      cause: error,
      recoverable: true,
    })
  }
}

async function writeBody(
  response: Response,
  path: string,
  onBytes: Download['onBytes'],
): Promise<void> {
  const length = response.headers.get('content-length')
  const totalBytes = length === null ? null : Number(length)
  const step = totalBytes === null ? reportBytes : totalBytes / reports
  let loadedBytes = 0
  let nextReport = 0
  const file = await open(path, 'wx')
  try {
    for await (const bytes of response.body ?? []) {
      await file.write(bytes)
      loadedBytes += bytes.byteLength
      if (loadedBytes < nextReport) continue
      nextReport = loadedBytes + step
      onBytes(loadedBytes, totalBytes)
    }
  } finally {
    await file.close()
  }
  if (totalBytes !== null && totalBytes !== loadedBytes) {
    throw new Error(`The server sent ${loadedBytes} of ${totalBytes} bytes.`)
  }
  onBytes(loadedBytes, totalBytes)
}

function refusal(url: string, status: number): EmbedderError {
  // The Hub says 401 of a repository that does not exist.
  const isMissing = [401, 403, 404].includes(status)
  const hint = isMissing ? ': there is no such model or file, or it is not public' : ''
  return new EmbedderError('EMBEDDER_UNAVAILABLE', `${url} answered with ${status}${hint}.`, {
    recoverable: !isMissing && (status === 429 || status >= 500),
  })
}
