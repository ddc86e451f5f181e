import { routes } from '@cairn/protocol'
import type { CorsOptions } from './options.ts'
import type { OriginCheck } from './origin-check.ts'
import type { WireRequest } from './wire-request.ts'

/** The headers by which a browser lets pages of other origins read. */
export interface Cors {
  /** Headers of any answer. */
  headers(request: WireRequest): Record<string, string>
  /** Headers of the answer to a preflight. */
  preflightHeaders(request: WireRequest): Record<string, string>
}

/** Of every route there may be: a preflight says nothing of those there are. */
const allowedMethods = [
  ...new Set<string>(Object.values(routes).map(({ method }) => method)).add('HEAD'),
].sort()

const allowedHeaders = ['Content-Type', 'Authorization', 'Last-Event-ID']

/** No header, or those for the listed origins. */
export function createCors(cors: boolean | CorsOptions, origins: OriginCheck): Cors {
  if (cors === false) return { headers: () => ({}), preflightHeaders: () => ({}) }
  const options = cors === true ? {} : cors
  const headers = (request: WireRequest): Record<string, string> => {
    const origin = request.header('origin')
    const isAllowed = origin !== null && origins.isListed(origin)
    return {
      vary: 'Origin',
      ...(isAllowed ? { 'access-control-allow-origin': origin } : {}),
      ...(isAllowed && options.credentials ? { 'access-control-allow-credentials': 'true' } : {}),
      ...(isAllowed ? { 'access-control-expose-headers': 'Location, Retry-After' } : {}),
    }
  }
  return {
    headers,
    preflightHeaders(request) {
      const common = headers(request)
      if (!('access-control-allow-origin' in common)) return common
      return {
        ...common,
        'access-control-allow-methods': allowedMethods.join(', '),
        'access-control-allow-headers': [...allowedHeaders, ...(options.allowedHeaders ?? [])].join(
          ', ',
        ),
        'access-control-max-age': String(options.maxAgeSeconds ?? 600),
      }
    },
  }
}
