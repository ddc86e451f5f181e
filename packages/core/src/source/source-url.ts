/** What may be cloned, and what of a URL may be shown. */
import { refSchema } from '@cairn/protocol'
import { InvalidOptionsError, SourceError } from '../errors.ts'
import type { Credentials } from '../options.ts'

/** A URL that passed the checks. */
export interface RemoteUrl {
  /** What git is given: without user and password for HTTP. */
  readonly url: string
  /** What may be shown: without query and fragment as well. */
  readonly shown: string
  readonly transport: 'https' | 'http' | 'ssh' | 'git' | 'file'
  /** What stood in the URL. */
  readonly credentials: Credentials | null
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: to refuse them is what it is for
const control = /[\u0000-\u001f\u007f]/
// `user@host:path`, git's short form of ssh. One letter before the colon is a Windows drive.
const scpForm =
  /^(?:([A-Za-z0-9._][A-Za-z0-9._-]*)@)?([A-Za-z0-9][A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]):([^:-].*)$/

function refuse(message: string): SourceError {
  return new SourceError('URL_REFUSED', message)
}

function remoteUrl(
  url: string,
  transport: RemoteUrl['transport'],
  credentials: Credentials | null = null,
): RemoteUrl {
  return { url, shown: url.replace(/[?#].*$/, ''), transport, credentials }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // a stray percent sign stands for itself
  }
}

/**
 * Checks a repository's URL: https, http, ssh (also `user@host:path`), git or file.
 * @throws SourceError `URL_REFUSED`; the message never holds a credential.
 */
export function parseRemoteUrl(text: string): RemoteUrl {
  if (control.test(text)) throw refuse('The URL has control characters.')
  if (text !== text.trim() || text === '') throw refuse('The URL is empty or begins with a space.')
  if (text.startsWith('-')) throw refuse('A URL must not begin with "-".')
  if (text.length > 8_192) throw refuse('The URL is too long.')
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text)?.[1]?.toLowerCase()
  if (scheme === undefined) {
    if (text.includes('::')) throw refuse('Remote helpers ("name::address") are not run.')
    const short = scpForm.exec(text)
    if (short === null) {
      throw refuse('The URL has no transport; for a folder of this machine give its path instead.')
    }
    // Taken for a host and a path, its password would be shown.
    if (short[1] === undefined && /^[^/]*@/.test(short[3] ?? '')) {
      throw refuse('Git’s short form "user@host:path" takes no password; use https or an SSH key.')
    }
    return remoteUrl(text, 'ssh')
  }
  // `ext::ssh://…` has its colons before the scheme and is caught above; this is `a://b::c`.
  if (/^[^/]*::/.test(text)) throw refuse('Remote helpers ("name::address") are not run.')
  let parsed: URL
  try {
    parsed = new URL(text)
  } catch {
    throw refuse('The URL cannot be read.')
  }
  if (decode(parsed.hostname).startsWith('-') || decode(parsed.username).startsWith('-')) {
    throw refuse('Host and user must not begin with "-".')
  }
  switch (scheme) {
    case 'https':
    case 'http': {
      const username = decode(parsed.username)
      const password = decode(parsed.password)
      parsed.username = ''
      parsed.password = ''
      parsed.hash = ''
      const credentials =
        password !== '' ? { username, password } : username !== '' ? { token: username } : null
      return remoteUrl(parsed.href, scheme, credentials)
    }
    case 'ssh':
      parsed.password = ''
      return remoteUrl(parsed.href, 'ssh')
    case 'git':
    case 'file':
      if (parsed.username !== '' || parsed.password !== '') {
        throw refuse(`A ${scheme} URL takes no user and password.`)
      }
      return remoteUrl(text, scheme)
    default:
      throw refuse(`The transport "${scheme}" is not supported; use https, http, ssh, git or file.`)
  }
}

/**
 * The folder that git takes a file URL for; null for another URL.
 * @throws SourceError `URL_REFUSED` for one that git could read in another way than this does.
 */
export function folderOfUrl(text: string): string | null {
  const { url, transport } = parseRemoteUrl(text)
  if (transport !== 'file') return null
  try {
    // As git does it, a question mark is part of the name, and so is a host.
    const path = decodeURIComponent(url.slice('file://'.length))
    if (!control.test(path)) return /^(?:\/|[A-Za-z]:)/.test(path) ? path : `//${path}`
  } catch {
    // No UTF-8: refused below.
  }
  throw refuse('The file URL is not the UTF-8 name of a folder.')
}

/** The host that a URL is fetched from, with its port where one is named; empty for a folder of this machine. */
export function remoteHost(text: string): string {
  const { url, transport } = parseRemoteUrl(text)
  if (transport === 'file') return ''
  const host = url.includes('://') ? new URL(url).host : (scpForm.exec(url)?.[2] ?? '')
  return host.toLowerCase()
}

/**
 * The URL as it may be shown: without user, password, query and fragment. Text that is no URL of an
 * allowed form comes back with everything before an `@` taken out.
 */
export function redactUrl(text: string): string {
  try {
    return parseRemoteUrl(text).shown
  } catch {
    return text.replace(/^([A-Za-z][A-Za-z0-9+.-]*:(?:\/\/|:))?[^/]*@/, '$1').replace(/[?#].*$/, '')
  }
}

/** @throws InvalidOptionsError for a ref that git could take for an option or for more than one. */
export function checkRef(ref: string): string {
  if (!refSchema.safeParse(ref).success) {
    throw new InvalidOptionsError(
      'A ref must be the name of a branch, tag or commit: not empty, without white space, and not beginning with "-".',
    )
  }
  return ref
}
