import { InvalidOptionsError } from '@cairn/core'
import { z } from 'zod'

/** How a Chroma server, or the proxy before it, knows who asks. Never logged or shown. */
export type ChromaAuth =
  /** Sent as `authorization: Bearer …`, or bare in the header `x-chroma-token`. */
  | { readonly token: string; readonly header?: 'authorization' | 'x-chroma-token' }
  | { readonly username: string; readonly password: string }

/** Options of `chroma`. */
export interface ChromaOptions {
  /** Where the server listens. @default 'http://localhost:8000' */
  readonly url?: string
  /** @default 'default_tenant' */
  readonly tenant?: string
  /** A database of the tenant; it must be there. @default 'default_database' */
  readonly database?: string
  /** @default none */
  readonly auth?: ChromaAuth
  /**
   * What the names of cairn's collections begin with: two indexers that are to share nothing in one
   * database take two. Letters, digits, `-` and `_`. @default 'cairn-'
   */
  readonly collectionPrefix?: string
  /** Milliseconds that one request may take. @default 60_000 */
  readonly timeoutMs?: number
}

/** {@link ChromaOptions} with every default in its place. */
export interface CheckedOptions {
  /** Without a slash at its end. */
  readonly url: string
  readonly tenant: string
  readonly database: string
  readonly headers: Readonly<Record<string, string>>
  readonly collectionPrefix: string
  readonly timeoutMs: number
}

const aText = z.string().min(1)
// Beyond this, Node fires a timer at once.
const longestTimeoutMs = 2 ** 31 - 1

const schema = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).default('http://localhost:8000'),
  tenant: aText.default('default_tenant'),
  database: aText.default('default_database'),
  auth: z
    .union([
      z.strictObject({
        token: aText,
        header: z.enum(['authorization', 'x-chroma-token']).default('authorization'),
      }),
      z.strictObject({ username: aText, password: z.string() }),
    ])
    .optional(),
  collectionPrefix: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'must be letters, digits, - and _')
    .default('cairn-'),
  timeoutMs: z.int().min(1).max(longestTimeoutMs).default(60_000),
})

/** @throws InvalidOptionsError for options that are not of the documented shape */
export function checkOptions(options: ChromaOptions): CheckedOptions {
  const parsed = schema.safeParse(options)
  if (!parsed.success) {
    const issues = parsed.error.issues.map(
      ({ path, message }) => `${path.length > 0 ? `${path.join('.')}: ` : ''}${message}`,
    )
    // No cause: it would hold what was given.
    throw new InvalidOptionsError(`chroma: ${issues.join('; ')}`)
  }
  const { auth, url: given, ...rest } = parsed.data
  const url = new URL(given)
  if (url.username !== '' || url.password !== '') {
    throw new InvalidOptionsError('chroma: credentials belong into `auth`, not into the url')
  }
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    throw new InvalidOptionsError('chroma: the url must end after the port')
  }
  return { ...rest, url: url.origin, headers: auth ? authHeaders(auth) : {} }
}

function authHeaders(auth: ChromaAuth): Record<string, string> {
  if ('username' in auth) {
    const pair = Buffer.from(`${auth.username}:${auth.password}`).toString('base64')
    return { authorization: `Basic ${pair}` }
  }
  return auth.header === 'x-chroma-token'
    ? { 'x-chroma-token': auth.token }
    : { authorization: `Bearer ${auth.token}` }
}
