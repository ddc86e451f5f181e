import type { Authorization } from './options.ts'
import { ProblemError } from './problem-error.ts'

/** Which repositories a request may see. */
export interface Scope {
  /** Null: all of them. */
  readonly repositories: readonly string[] | null
  /** When streams of the request end; null: with their task. */
  readonly expiresAt: Date | null
  /** Whether it may see a repository. */
  has(repository: string): boolean
}

/** The scope that an authorization grants. @throws ProblemError where it denies */
export function scopeOf(authorization: Authorization): Scope {
  switch (authorization.kind) {
    case 'allow':
      return { repositories: null, expiresAt: authorization.expiresAt ?? null, has: () => true }
    case 'scope': {
      const names = new Set(authorization.repositories)
      return {
        repositories: [...names],
        expiresAt: authorization.expiresAt ?? null,
        has: (repository) => names.has(repository),
      }
    }
    case 'deny':
      throw denied(authorization)
  }
}

function denied({
  status,
  detail,
  challenge = 'Bearer',
}: Extract<Authorization, { kind: 'deny' }>): ProblemError {
  return status === 401
    ? new ProblemError(401, detail ?? 'Say who you are.', {
        headers: { 'www-authenticate': challenge },
      })
    : new ProblemError(403, detail ?? 'You may not do this.')
}

/** The repositories that are meant, of those that may be seen; null: all. */
export function narrow(
  scope: Scope,
  asked: string | readonly string[] | null | undefined,
): readonly string[] | null {
  if (asked === null || asked === undefined) return scope.repositories
  const names = typeof asked === 'string' ? [asked] : asked
  return names.filter((name) => scope.has(name))
}
