import { afterAll, beforeAll, beforeEach, describe, inject, type TestContext } from 'vitest'
import type { TestProject } from 'vitest/node'
import type { RunningNeo4j } from './neo4j.ts'
import type { RunningServer } from './running-server.ts'
import { ServerUnavailableError } from './server-unavailable-error.ts'

/** What a test knows of a server that its project shares: all but how to end it. */
type Shared<T extends RunningServer> = Omit<T, 'kill' | 'restart' | 'stop'>

/** A server that a project's tests share, or why there is none. */
type Provided<T extends RunningServer> =
  | { readonly kind: 'running'; readonly server: Shared<T> }
  | { readonly kind: 'unavailable'; readonly reason: string }

/** The servers that a project may share. */
interface SharedServers {
  readonly chroma: RunningServer
  readonly neo4j: RunningNeo4j
}

declare module 'vitest' {
  interface ProvidedContext {
    chroma: Provided<SharedServers['chroma']>
    neo4j: Provided<SharedServers['neo4j']>
  }
}

/**
 * A `globalSetup` that starts one server for all test files of a project. Where the server cannot run,
 * the suites of {@link describeWithServer} are skipped and say why; where `CI` is set and the platform could
 * have it, the run fails.
 */
export function shareServer<Name extends keyof SharedServers>(
  name: Name,
  start: () => Promise<SharedServers[Name]>,
): (project: TestProject) => Promise<() => Promise<void>> {
  return async (project) => {
    const provide = project.provide as (key: string, value: unknown) => void
    try {
      const { kill, restart, stop, ...server } = await start()
      provide.call(project, name, { kind: 'running', server })
      return stop
    } catch (error) {
      if (!maySkip(error)) throw error
      provide.call(project, name, { kind: 'unavailable', reason: error.message })
      return async () => undefined
    }
  }
}

/**
 * A suite of tests that need the project's shared server. `tests` gets a function that gives the server,
 * to be called in tests and hooks.
 */
export function describeWithServer<Name extends keyof SharedServers>(
  name: Name,
  title: string,
  tests: (server: () => Shared<SharedServers[Name]>) => void,
): void {
  const provided = inject(name) as Provided<SharedServers[Name]>
  switch (provided.kind) {
    case 'running':
      describe(title, () => tests(() => provided.server))
      break
    case 'unavailable':
      describe.skipIf(true)(`${title} (skipped: ${provided.reason})`, () =>
        tests(() => {
          throw new Error(provided.reason)
        }),
      )
      break
  }
}

/**
 * A suite with one server of its own, which its tests may kill and restart. Where the server cannot run,
 * the tests are skipped with the reason; where `CI` is set, the suite fails.
 */
export function describeWithOwnServer<T extends RunningServer>(
  title: string,
  start: () => Promise<T>,
  tests: (server: () => T) => void,
): void {
  describe(title, () => {
    let server: T | undefined
    let reason = ''
    beforeAll(async () => {
      try {
        server = await start()
      } catch (error) {
        if (!maySkip(error)) throw error
        reason = error.message
      }
    })
    beforeEach(({ skip }) => {
      if (!server) skip(reason)
    })
    afterAll(() => server?.stop())
    tests(() => {
      if (!server) throw new Error(reason)
      return server
    })
  })
}

/**
 * Starts a server for one test, which is skipped with the reason where it cannot run; where `CI` is set,
 * the test fails.
 */
export async function startOrSkip<T extends RunningServer>(
  context: TestContext,
  start: () => Promise<T>,
): Promise<T> {
  const server = await fetchOrSkip(context, start)
  context.onTestFinished(() => server.stop())
  return server
}

/**
 * What a test needs and this machine may not have: without it the test is skipped with the reason; where
 * `CI` is set, it fails.
 */
export async function fetchOrSkip<T>({ skip }: TestContext, fetch: () => Promise<T>): Promise<T> {
  try {
    return await fetch()
  } catch (error) {
    if (!maySkip(error)) throw error
    return skip(error.message)
  }
}

function maySkip(error: unknown): error is ServerUnavailableError {
  return error instanceof ServerUnavailableError && (error.isOfPlatform || !process.env.CI)
}
