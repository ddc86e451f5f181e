import { existsSync } from 'node:fs'
import { InvalidOptionsError, type Source } from '@cairn/core'
import { given } from './given.ts'

/** Whether `git clone` would take the text for a remote: `scheme://…`, `transport::…` or `user@host:path`. */
function isRemote(text: string): boolean {
  if (/^[a-z][a-z0-9+.-]*:(\/\/|:)/i.test(text)) return true
  return /^[^/\\\s:]+@[^/\\\s:]+:/.test(text) && !existsSync(text)
}

/** The source that `PATH|URL` with `--ref` and `--depth` means. */
export function sourceArgument(
  pathOrUrl: string,
  options: { readonly ref?: string; readonly depth?: number | 'full' },
): Source {
  const { ref, depth } = options
  if (isRemote(pathOrUrl)) return { url: pathOrUrl, ...given({ ref, depth }) }
  if (depth !== undefined) {
    throw new InvalidOptionsError('--depth is for a URL: a local folder is read as it stands.')
  }
  return { path: pathOrUrl, ...given({ ref }) }
}
