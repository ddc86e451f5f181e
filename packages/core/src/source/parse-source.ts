import { basename, resolve } from 'node:path'
import { z } from 'zod'
import { InvalidOptionsError } from '../errors.ts'
import type { CredentialsCallback, Source } from '../options.ts'
import { checkRef, parseRemoteUrl, redactUrl } from './source-url.ts'

const ref = z.string().exactOptional()

const schema = z.union([
  z.strictObject({ path: z.string().min(1), ref }),
  z.strictObject({
    url: z.string(),
    ref,
    depth: z.union([z.literal('full'), z.int().min(1).max(1_000_000)]).exactOptional(),
    auth: z
      .custom<CredentialsCallback>((value) => typeof value === 'function', 'must be a function')
      .exactOptional(),
  }),
])

/**
 * Checks a description of a source; a path becomes absolute.
 * @throws InvalidOptionsError for another shape or a ref that is not one
 * @throws SourceError `URL_REFUSED`
 */
export function parseSource(input: unknown): Source {
  if (hasEmptyPath(input)) {
    throw new InvalidOptionsError('The path is empty; give a folder, for example ".".')
  }
  const parsed = schema.safeParse(input)
  if (!parsed.success) {
    throw new InvalidOptionsError(
      `${wrongMember(input)}A source is {path, ref?} or {url, ref?, depth?, auth?}, with depth a positive whole number or "full".`,
      { cause: parsed.error },
    )
  }
  const source = parsed.data
  if (source.ref !== undefined) checkRef(source.ref)
  if ('url' in source) {
    parseRemoteUrl(source.url)
    return source
  }
  if (source.path.includes('\0')) throw new InvalidOptionsError('A path must not hold NUL.')
  return { ...source, path: resolve(source.path) }
}

/** The member that does not belong, as a sentence; empty where it is the whole that is wrong. */
function wrongMember(input: unknown): string {
  if (typeof input !== 'object' || input === null) return ''
  const ofPath = 'path' in input
  if (ofPath === 'url' in input) return ''
  const known = ofPath ? ['path', 'ref'] : ['url', 'ref', 'depth', 'auth']
  const unknown = Object.keys(input).filter((key) => !known.includes(key))
  if (unknown.length === 0) return ''
  const names = unknown.map((key) => `"${key}"`).join(', ')
  return `${names} ${unknown.length === 1 ? 'is' : 'are'} not known here. `
}

function hasEmptyPath(input: unknown): boolean {
  return typeof input === 'object' && input !== null && 'path' in input && input.path === ''
}

/** The last part of a source's path or URL, without `.git`. */
export function repositoryNameOf(source: Source): string {
  const text =
    'url' in source ? redactUrl(source.url).replace(/^[^/]*:(?!\/\/)/, '') : resolve(source.path)
  const last = basename(text.replace(/[\\/]+$/, '').replace(/\/\.git$/, ''))
  const name = last.replace(/\.git$/, '')
  return name === '' || name === '.' || name === '..' ? 'repository' : name
}
