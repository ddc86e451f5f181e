import { StoreError } from '@cairn/core'
import { z } from 'zod'
import { closedError, notChroma, refused, tooOld } from './failure.ts'
import type { CheckedOptions } from './options.ts'
import { type Call, createFetch } from './transport.ts'

/** What the server says of itself. */
export interface ServerLimits {
  /** Most rows or ids of one request. */
  readonly maxBatchSize: number
  readonly supportsBase64: boolean
}

/** An answer of the server. */
export interface Answer {
  readonly status: number
  readonly body: string
}

/** The server's interface as far as the client has no good one. */
export interface ChromaServer {
  readonly options: CheckedOptions
  /**
   * Checks on the first call, once, that the server is a Chroma that is new enough and has the tenant
   * and the database, and gives its limits.
   */
  ready(): Promise<ServerLimits>
  /** Sends a request below the database's address; any status comes back. */
  ask(call: Call, method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer>
  /** Ends the check, which is no caller's own; other requests end with their calls. */
  close(): void
}

const versionBody = z.string().regex(/^\d+\.\d+/)
const limitsBody = z.object({
  max_batch_size: z.int().min(1),
  supports_base64_encoding: z.boolean().optional(),
})

/** Opens nothing before the first call. */
export function createServer(options: CheckedOptions): ChromaServer {
  const { url, tenant, database } = options
  const tenantPath = `/api/v2/tenants/${encodeURIComponent(tenant)}`
  const databasePath = `${tenantPath}/databases/${encodeURIComponent(database)}`
  let checked: Promise<ServerLimits> | null = null
  const closing = new AbortController()
  const { signal } = closing

  const send = async (
    call: Call,
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
  ): Promise<Answer> => {
    const response = await createFetch(options, call)(`${url}${path}`, {
      method,
      headers: { ...options.headers, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: await response.text() }
  }

  const check = async (): Promise<ServerLimits> => {
    const version = await send({ signal }, 'GET', '/api/v2/version')
    const number = parsed(versionBody, version)
    if (number === null) throw await whyNoVersion(version)
    if (Number.parseInt(number, 10) < 1) throw tooOld(url, number)
    const limits = parsed(limitsBody, await send({ signal }, 'GET', '/api/v2/pre-flight-checks'))
    if (limits === null) throw notChroma(url)
    await checkThere(tenantPath, `no tenant "${tenant}"`)
    await checkThere(databasePath, `no database "${database}" in the tenant "${tenant}"`)
    return {
      maxBatchSize: limits.max_batch_size,
      supportsBase64: limits.supports_base64_encoding ?? false,
    }
  }

  /** What does not know its version may be a Chroma of before the second interface, or still starting. */
  const whyNoVersion = async (answer: Answer): Promise<StoreError> => {
    if (answer.status === 404) {
      const former = parsed(versionBody, await send({ signal }, 'GET', '/api/v1/version'))
      return former === null ? notChroma(url) : tooOld(url, former)
    }
    if (isSuccess(answer)) return notChroma(url)
    return refused(url, answer.status, answer.body)
  }

  const checkThere = async (path: string, otherwise: string): Promise<void> => {
    const answer = await send({ signal }, 'GET', path)
    if (answer.status === 404) {
      throw new StoreError(
        'STORE_FAILED',
        `Chroma at ${url} has ${otherwise}: create it, or correct the options.`,
      )
    }
    if (!isSuccess(answer)) throw refused(url, answer.status, answer.body)
  }

  return {
    options,
    ready() {
      checked ??= check().catch((error: unknown) => {
        // The next call looks again.
        checked = null
        throw error
      })
      return checked
    },
    ask: (call, method, path, body) => send(call, method, `${databasePath}${path}`, body),
    close: () => closing.abort(closedError()),
  }
}

/** Whether an answer is one of success. */
export function isSuccess({ status }: Answer): boolean {
  return status >= 200 && status < 300
}

/** The body of a successful answer; null where it is of another shape, or the answer no success. */
export function parsed<T>(schema: z.ZodType<T>, answer: Answer): T | null {
  if (!isSuccess(answer)) return null
  try {
    return schema.safeParse(JSON.parse(answer.body)).data ?? null
  } catch {
    // Not JSON.
    return null
  }
}
