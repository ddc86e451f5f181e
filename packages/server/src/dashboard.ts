import { createHash } from 'node:crypto'
import { type Dirent, readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import { ProblemError } from './problem-error.ts'
import type { WireAnswer, WireRequest } from './wire-request.ts'

const compress = promisify(gzip)

/** The page, below this path of the base path. */
const dashboardPath = '/dashboard'

/** The built page, to be served. */
export interface Dashboard {
  /** Whether a path below the base path is the page's. */
  owns(path: string): boolean
  /** A file of the page. @throws ProblemError 404, or 405 */
  answer(path: string, request: WireRequest): Promise<WireAnswer>
}

interface PageFile {
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Uint8Array
  /** Null where it is not worth it. */
  readonly compressed: (() => Promise<Uint8Array>) | null
}

/** What the page may do: nothing that is not its own. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ')

const types: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  md: 'text/markdown; charset=utf-8',
  svg: 'image/svg+xml',
}

const allow = 'GET, HEAD, OPTIONS'

/**
 * The page that stands in a folder, read into memory: 0.6 MB.
 *
 * @param folder null: that of `@cairn/dashboard`
 * @param from the module that looks for it
 * @throws TypeError where there is no page
 */
export function createDashboard(folder: string | null, from: string = import.meta.url): Dashboard {
  const files = readPage(folder ?? installedPage(from))
  return {
    owns: (path) => path === dashboardPath || path.startsWith(`${dashboardPath}/`),
    async answer(path, request) {
      const { method } = request
      if (method === 'OPTIONS') return { status: 204, headers: { allow }, body: null }
      if (method !== 'GET' && method !== 'HEAD') {
        throw new ProblemError(405, `This path answers to ${allow}.`, { headers: { allow } })
      }
      if (path === dashboardPath) {
        const query = /\?.*/s.exec(request.target)?.[0] ?? ''
        // Relative: a proxy may have taken a prefix off.
        return { status: 308, headers: { location: `dashboard/${query}` }, body: null }
      }
      const file = files.get(path.slice(dashboardPath.length + 1) || 'index.html')
      if (!file) throw new ProblemError(404, 'The page has no such file.')
      return fileAnswer(file, request)
    },
  }
}

async function fileAnswer(file: PageFile, request: WireRequest): Promise<WireAnswer> {
  const { headers, bytes, compressed } = file
  const known = request.header('if-none-match')
  if (known !== null && knows(known, headers.etag ?? '')) {
    return { status: 304, headers, body: null }
  }
  if (compressed !== null && takesGzip(request.header('accept-encoding'))) {
    const body = await compressed()
    return { status: 200, headers: { ...headers, 'content-encoding': 'gzip' }, body }
  }
  return { status: 200, headers, body: bytes }
}

/** RFC 9110, 13.1.2: compared weakly. */
function knows(header: string, etag: string): boolean {
  if (header.trim() === '*') return true
  return header.split(',').some((each) => each.trim().replace(/^W\//, '') === etag.slice(2))
}

/** RFC 9110, 12.5.3. */
function takesGzip(header: string | null): boolean {
  return (header ?? '').split(',').some((each) => {
    const [coding = '', ...parameters] = each.split(';').map((part) => part.trim().toLowerCase())
    return (
      (coding === 'gzip' || coding === '*') && !parameters.some((one) => /^q=0(\.0*)?$/.test(one))
    )
  })
}

function installedPage(from: string): string {
  try {
    return join(dirname(createRequire(from).resolve('@cairn/dashboard/package.json')), 'page')
  } catch (cause) {
    throw new TypeError(
      'dashboard: the package @cairn/dashboard is not installed. Install it next to @cairn/server, or give the folder of the page: dashboard: { folder }.',
      { cause },
    )
  }
}

function readPage(folder: string): Map<string, PageFile> {
  let entries: Dirent[]
  try {
    entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  } catch (cause) {
    throw new TypeError(`dashboard: there is no built page in ${folder}.`, { cause })
  }
  const files = new Map<string, PageFile>()
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const name = path.slice(folder.length + 1).replaceAll('\\', '/')
    files.set(name, pageFile(name, readFileSync(path)))
  }
  if (!files.has('index.html')) {
    throw new TypeError(`dashboard: there is no index.html in ${folder}.`)
  }
  return files
}

function pageFile(name: string, bytes: Uint8Array): PageFile {
  const hash = createHash('sha256').update(bytes).digest('base64url').slice(0, 27)
  // The names of what is in assets/ hold a hash of their content.
  const isImmutable = name.startsWith('assets/')
  const type = types[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream'
  let made: Promise<Uint8Array> | null = null
  return {
    bytes,
    headers: {
      'content-type': type,
      'cache-control': isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache',
      'content-security-policy': policy,
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'no-referrer',
      etag: `W/"${hash}"`,
      vary: 'Accept-Encoding',
    },
    compressed:
      bytes.length < 1_024
        ? null
        : () => {
            made ??= compress(bytes)
            return made
          },
  }
}
