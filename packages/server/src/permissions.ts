import { z } from 'zod'
import type { FilledLimits } from './fill-options.ts'
import type {
  Authorization,
  Authorize,
  RequestContext,
  RequestHead,
  ServerLogger,
} from './options.ts'
import type { OriginCheck } from './origin-check.ts'
import { ProblemError } from './problem-error.ts'
import { type Scope, scopeOf } from './scope.ts'

/** A request to let in, or not. */
export interface Applicant {
  /** Where a page has sent it: the `Origin` header. */
  readonly origin: string | null
  /** The origin that was asked. */
  readonly ownOrigin: string
  /** Whether only pages of the host's own and the listed origins may send it. */
  readonly isGuarded: boolean
  readonly head: () => RequestHead
  readonly context: RequestContext
}

/** What {@link createPermissions} is made from. */
export interface PermissionsOptions {
  readonly authorize: Authorize | undefined
  readonly origins: OriginCheck
  readonly limits: FilledLimits
  readonly logger: ServerLogger
}

/** The host's own code decides, which may be without types: what it says is looked at before it is believed. */
const expiresAt = z.date().exactOptional()
const authorizationSchema: z.ZodType<Authorization> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('allow'), expiresAt }),
  z.object({ kind: z.literal('scope'), repositories: z.array(z.string()).readonly(), expiresAt }),
  z.object({
    kind: z.literal('deny'),
    status: z.literal([401, 403]),
    detail: z.string().exactOptional(),
    challenge: z.string().exactOptional(),
  }),
])

/** Everything is visible, and nothing expires. */
const everything = scopeOf({ kind: 'allow' })

/** Says what a request may do. @throws ProblemError where it may do nothing */
export function createPermissions(
  options: PermissionsOptions,
): (applicant: Applicant) => Promise<Scope> {
  const { authorize, origins, limits, logger } = options

  const ask = async (decide: Authorize, { head, context }: Applicant): Promise<Authorization> => {
    let timer: NodeJS.Timeout | undefined
    const tooLate = new Promise<never>((_, reject) => {
      const error = new Error(`authorize took longer than ${limits.authorizeTimeoutMs} ms.`)
      timer = setTimeout(() => reject(error), limits.authorizeTimeoutMs).unref()
    })
    try {
      return authorizationSchema.parse(await Promise.race([decide(head(), context), tooLate]))
    } catch (error) {
      if (error instanceof ProblemError) throw error
      logger.error({ err: error }, 'authorize failed')
      throw new ProblemError(503, 'Who may do this cannot be told at the moment.', {
        headers: { 'retry-after': String(limits.retryAfterSeconds) },
      })
    } finally {
      clearTimeout(timer)
    }
  }

  return async (applicant) => {
    const { origin, ownOrigin, isGuarded } = applicant
    // Put before the path it would name another one, which `authorize` might take for that of the request.
    if (!isOrigin(ownOrigin)) throw new ProblemError(400, 'The host of the request is none.')
    if (isGuarded && origin !== null && !origins.allows(origin, ownOrigin)) {
      throw new ProblemError(403, 'Pages of this origin may not do this.')
    }
    return authorize ? scopeOf(await ask(authorize, applicant)) : everything
  }
}

function isOrigin(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/[^\s/\\?#@]+$/i.test(text) && URL.canParse(text)
}
