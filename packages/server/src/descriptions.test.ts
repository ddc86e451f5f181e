import { readFileSync } from 'node:fs'
import { DiagnosticSeverity, Parser } from '@asyncapi/parser'
import { routes } from '@cairn/protocol'
import { Validator } from '@seriousme/openapi-schema-validator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { protocolDocument, withTables } from '../scripts/protocol-tables.ts'
import { createStatusServer } from './create-status-server.ts'
import type { StatusServer } from './options.ts'
import { readJson } from './read-json.test-support.ts'
import { createWorkbench, type Workbench } from './workbench.test-support.ts'

let bench: Workbench
let server: StatusServer
beforeAll(() => {
  bench = createWorkbench()
  server = createStatusServer({ source: bench.indexer, control: true })
})
afterAll(() => bench.close())

/** Where a document refers to. */
function references(part: unknown): string[] {
  if (typeof part !== 'object' || part === null) return []
  return Object.entries(part).flatMap(([key, value]) =>
    key === '$ref' ? [String(value)] : references(value),
  )
}

function resolve(document: object, reference: string): unknown {
  return reference
    .split('/')
    .slice(1)
    .reduce<unknown>((part, key) => (part as Record<string, unknown> | undefined)?.[key], document)
}

test.each(['openApi', 'asyncApi'] as const)('%s leads everywhere it refers to', (name) => {
  const document = server[name]()
  const all = references(document)
  expect(all.length).toBeGreaterThan(5)
  expect(all.filter((reference) => resolve(document, reference) === undefined)).toEqual([])
})

test('openApi is an OpenAPI 3.1 document by the schema of the specification', async () => {
  const validator = new Validator()
  const { valid, errors } = await validator.validate(structuredClone(server.openApi()))
  expect({ valid, errors }).toEqual({ valid: true, errors: undefined })
  expect(validator.version).toBe('3.1')
})

test.each([
  ['an address', 'https://example.com/index'],
  ['a path', undefined],
])('asyncApi is an AsyncAPI 3 document by its own parser, at %s', async (_, publicUrl) => {
  const { asyncApi } = createStatusServer({
    source: bench.indexer,
    control: true,
    ...(publicUrl ? { publicUrl } : {}),
  })
  const { document, diagnostics } = await new Parser().parse(JSON.stringify(asyncApi()))
  const faults = diagnostics.filter(({ severity }) => severity <= DiagnosticSeverity.Warning)
  expect(faults.map(({ code, message, path }) => [code, message, path.join('/')])).toEqual([])
  expect(document?.version()).toBe('3.0.0')
  expect(document?.channels().map((channel) => channel.messages().length)).toEqual([12, 12])
})

test('every route is described, in one of the two documents', () => {
  const { paths } = server.openApi() as { paths: Record<string, Record<string, unknown>> }
  const { channels } = server.asyncApi() as { channels: Record<string, { address: string }> }
  const described = [
    ...Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    ),
    ...Object.values(channels).map(({ address }) => `GET ${address}`),
  ]
  expect(described.sort()).toEqual(
    Object.values(routes)
      .map(({ method, path }) => `${method} ${path}`)
      .sort(),
  )
})

test('the document of the server is served, of the routes that are mounted', async () => {
  const { url, server: own } = await bench.mount({ publicUrl: 'https://example.com/index' })
  const served = await readJson(`${url}/openapi.json`)
  expect(served).toEqual(own.openApi())
  expect(served.servers).toEqual([{ url: 'https://example.com/index' }])
  expect(served.paths).not.toHaveProperty('/bulk')
})

test('docs/protocol.md says what the routes say', () => {
  const document = readFileSync(protocolDocument, 'utf8')
  // Else: pnpm --filter @cairn/server protocol
  expect(document).toBe(withTables(document))
})
