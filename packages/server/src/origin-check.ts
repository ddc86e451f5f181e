/** Which origins belong to the host, or are let in beside it. */
export interface OriginCheck {
  /** Whether a page of `origin` may open sockets and send commands to the host that `own` names. */
  allows(origin: string, own: string): boolean
  /** Whether an origin was listed by the host: those get CORS headers. */
  isListed(origin: string): boolean
}

/**
 * @param listed origins that are let in, `*` for every one
 * @param publicOrigin the host's own; null: the one that a request names
 */
export function createOriginCheck(
  listed: readonly string[],
  publicOrigin: string | null,
): OriginCheck {
  const origins = new Set(listed.map((origin) => (origin === '*' ? origin : originOf(origin))))
  const isListed = (origin: string): boolean => origins.has('*') || origins.has(origin)
  return {
    isListed,
    allows: (origin, own) =>
      isListed(origin) ||
      (publicOrigin === null ? isSameHost(origin, own) : origin === publicOrigin),
  }
}

/** The origin of an address; the text itself where it has none. */
export function originOf(address: string): string {
  return URL.canParse(address) ? new URL(address).origin : address
}

/** Behind a proxy the scheme that a request came by says nothing, so hosts are compared. */
function isSameHost(origin: string, own: string): boolean {
  if (!URL.canParse(origin) || !URL.canParse(own)) return false
  const { host, protocol } = new URL(origin)
  // A default port is left out by one scheme and written by the other.
  return host === new URL(own).host || host === new URL(own.replace(/^\w+:/, protocol)).host
}
