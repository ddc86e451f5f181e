/** A target from its path on: it is a path or, as proxies are sent it, a whole address. */
export function localTarget(target: string): string {
  return target.startsWith('/') ? target : target.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '')
}

/** Path and query of a target. */
export function splitTarget(target: string): [path: string, query: string] {
  const local = localTarget(target)
  const at = local.indexOf('?')
  return at === -1 ? [local, ''] : [local.slice(0, at), local.slice(at + 1)]
}
