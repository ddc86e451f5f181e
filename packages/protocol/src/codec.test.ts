import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { decode, encode } from './codec.ts'
import * as protocol from './index.ts'
import { indexingErrorSchema } from './indexing-error.ts'
import { routes } from './routes.ts'
import { arbitraryOf } from './schema-arbitrary.test-support.ts'
import { wireSchema } from './wire-schema.ts'

const schemas = new Map<string, z.ZodType>()
for (const [name, value] of Object.entries(protocol)) {
  if (value instanceof z.ZodType) schemas.set(name, value)
}
for (const [name, { query, body, answer }] of Object.entries(routes)) {
  for (const [part, schema] of Object.entries({ query, body, answer })) {
    if (schema !== null) schemas.set(`${name} ${part}`, schema)
  }
}

const overTheWire = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe.each([...schemas])('%s', (_name, schema) => {
  it('comes back from the wire as it was', () => {
    fc.assert(
      fc.property(arbitraryOf(schema), (value) => {
        expect(
          decode(schema, overTheWire(encode(schema, value, { exposeStackTraces: true }))),
        ).toEqual(value)
      }),
    )
  })

  it('is described by a JSON schema', () => {
    const described = z.toJSONSchema(wireSchema(schema), { io: 'input' })
    const names = propertyNames(described)
    expect(names.filter((name) => !/^[a-z][a-z0-9_]*$/.test(name))).toEqual([])
  })
})

/** Names of the properties of a JSON schema, at any depth. */
function propertyNames(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return []
  return Object.entries(schema).flatMap(([key, value]) => [
    ...(key === 'properties' ? Object.keys(value) : []),
    ...propertyNames(value),
  ])
}

const sampleSchema = z.object({
  startedAt: z.date(),
  filesByLanguage: z.record(z.string(), z.int()),
  p50Duration: z.number(),
  maybeNested: z.object({ lowSeconds: z.number() }).nullable(),
  listOfThings: z.array(z.object({ someDate: z.date().nullable() })),
  notThere: z.string().optional(),
})

const sample: z.infer<typeof sampleSchema> = {
  startedAt: new Date('2026-01-02T03:04:05.678Z'),
  filesByLanguage: { typeScript: 1, 'C++': 2 },
  p50Duration: 0.5,
  maybeNested: { lowSeconds: 1 },
  listOfThings: [{ someDate: new Date(0) }, { someDate: null }],
}

const sampleOnWire = {
  started_at: '2026-01-02T03:04:05.678Z',
  files_by_language: { typeScript: 1, 'C++': 2 },
  p50_duration: 0.5,
  maybe_nested: { low_seconds: 1 },
  list_of_things: [{ some_date: '1970-01-01T00:00:00.000Z' }, { some_date: null }],
}

it('writes snake_case names and UTC times, and keeps names that are data', () => {
  expect(encode(sampleSchema, sample)).toEqual(sampleOnWire)
})

it('does not write what the schema does not name', () => {
  const more = { ...sample, secretThing: 'x' }
  expect(encode(sampleSchema, more)).toEqual(sampleOnWire)
})

it('passes unknown fields through as they are', () => {
  const wire = {
    ...sampleOnWire,
    new_field: { some_key: '2026-01-01T00:00:00Z' },
    maybe_nested: { low_seconds: 1, other_field: true },
  }
  expect(decode(sampleSchema, wire)).toEqual({
    ...sample,
    new_field: { some_key: '2026-01-01T00:00:00Z' },
    maybeNested: { lowSeconds: 1, other_field: true },
  })
})

it('does not let an unknown field take the place of a validated one', () => {
  expect(decode(sampleSchema, { ...sampleOnWire, p50Duration: 'x' })).toEqual(sample)
  expect(decode(sampleSchema, { ...sampleOnWire, notThere: 5 })).toEqual(sample)
})

it('does not let a field reach the prototype', () => {
  const wire = JSON.parse(
    JSON.stringify(sampleOnWire).replace('{', '{"__proto__":{"isAdmin":true},'),
  )
  const value = decode(sampleSchema, wire)
  expect(value).not.toHaveProperty('isAdmin')
  expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
})

it('takes a time with an offset', () => {
  const wire = { ...sampleOnWire, started_at: '2026-01-02T05:04:05.678+02:00' }
  expect(decode(sampleSchema, wire)).toEqual(sample)
})

it('names what is wrong by its path on the wire', () => {
  const wire = { ...sampleOnWire, list_of_things: [{ some_date: 'yesterday' }], p50_duration: '1' }
  const paths = (): unknown => {
    try {
      return decode(sampleSchema, wire)
    } catch (error) {
      return error instanceof z.ZodError && error.issues.map(({ path }) => path.join('.'))
    }
  }
  expect(paths()).toEqual(['p50_duration', 'list_of_things.0.some_date'])
})

it('keeps the checks of a schema', () => {
  expect(() => decode(routes.indexMany.body, { repositories: [] })).toThrow(z.ZodError)
  expect(() => decode(routes.search.body, { query: 'x', limit: 1_000 })).toThrow(z.ZodError)
})

it('takes an error code that only a newer peer knows', () => {
  const wire = {
    error_type: 'SOMETHING_NEW',
    error_message: 'New.',
    file_path: null,
    stage: 'parsing',
    timestamp: '2026-01-01T00:00:00Z',
    recoverable: false,
    stack_trace: null,
  }
  expect(decode(indexingErrorSchema, wire).errorType).toBe('SOMETHING_NEW')
  expect(() => decode(indexingErrorSchema, { ...wire, stage: 'new_stage' })).toThrow(z.ZodError)
})

it('hides stack traces at any depth where it is asked to', () => {
  const error = {
    errorType: 'INTERNAL',
    errorMessage: 'A defect.',
    filePath: null,
    stage: 'parsing',
    timestamp: new Date(0),
    recoverable: false,
    stackTrace: 'Error: at /home',
  } as const
  const schema = z.object({ errors: z.array(indexingErrorSchema) })
  const shown = { errors: [{ stack_trace: 'Error: at /home' }] }
  const hidden = { errors: [{ stack_trace: null }] }
  expect(encode(schema, { errors: [error] })).toMatchObject(hidden)
  expect(encode(schema, { errors: [error] }, { exposeStackTraces: true })).toMatchObject(shown)
  expect(encode(schema, { errors: [error] }, { exposeStackTraces: false })).toMatchObject(hidden)
})

it('refuses a schema that the wire has no form for', () => {
  expect(() => decode(z.object({ big: z.bigint() }), {})).toThrow('bigint')
})
