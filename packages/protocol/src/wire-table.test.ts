import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { decode, encode } from './codec.ts'
import { problemSchema } from './problem.ts'
import { type Route, routes } from './routes.ts'
import { arbitraryOf } from './schema-arbitrary.test-support.ts'
import { serverMessageSchema } from './socket-messages.ts'
import { wireQuery } from './wire-query.ts'
import { fromWire, toWire, type WireShape, WireShapeError } from './wire-shape.ts'
import { goodAnswer, wireTableSource } from './wire-table.test-support.ts'
import { problemShape, serverMessageShape, type WireRoute, wireRoutes } from './wire-table.ts'

it('is what the schemas say', async () => {
  await expect(wireTableSource()).toMatchFileSnapshot('./wire-table.ts')
})

const shapes: [name: string, schema: z.ZodType, shape: WireShape][] = [
  ['problem', problemSchema, problemShape],
  ['message', serverMessageSchema, serverMessageShape],
]
const bodies: typeof shapes = []
for (const [name, { body, answer }] of Object.entries<WireRoute>(wireRoutes)) {
  const route: Route = routes[name as keyof typeof wireRoutes]
  shapes.push([name, goodAnswer(route), answer])
  if (body !== undefined && route.body !== null) bodies.push([name, route.body, body])
}

const overTheWire = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe.each(shapes)('the answer of %s', (_name, schema, shape) => {
  const wires = arbitraryOf(schema).map((value) => overTheWire(encode(schema, value)))

  it('is read as the schema reads it', () => {
    fc.assert(
      fc.property(wires, (wire) => {
        expect(fromWire(shape, wire)).toEqual(decode(schema, wire))
      }),
    )
  })

  it('is read as the schema reads it where a field was added, lost or exchanged', () => {
    fc.assert(
      fc.property(wires.chain(altered), (wire) => {
        const read = attempt(() => fromWire(shape, wire))
        const expected = attempt(() => decode(schema, wire))
        // The schema checks ranges and names too.
        if (expected !== refused) expect(read).toEqual(expected)
      }),
    )
  })
})

it.each(shapes)(
  'the answer of %s is refused where a needed field is lost',
  (_name, schema, shape) => {
    fc.assert(
      fc.property(
        arbitraryOf(schema).map((value) => overTheWire(encode(schema, value))),
        (wire) => {
          for (const key of Object.keys(wire as object)) {
            const less = { ...(wire as object), [key]: undefined }
            const isNeeded = attempt(() => decode(schema, overTheWire(less))) === refused
            expect(attempt(() => fromWire(shape, overTheWire(less))) === refused).toBe(isNeeded)
          }
        },
      ),
    )
  },
)

it.each(bodies)('the body of %s is written as the schema writes it', (_name, schema, shape) => {
  fc.assert(
    fc.property(arbitraryOf(schema), (value) => {
      expect(toWire(shape, value)).toEqual(encode(schema, value))
      expect(toWire(shape, { ...(value as object), notNamed: 1 })).toEqual(encode(schema, value))
    }),
  )
})

const queries = Object.entries<Route>(routes).flatMap(([name, { query }]) =>
  query === null ? [] : [[name, query] as const],
)

it.each(queries)('the query of %s is written as the schema writes it', (_name, schema) => {
  fc.assert(
    fc.property(arbitraryOf(schema), (value) => {
      const query = { ...(value as object), notThere: undefined }
      const expected = encode(schema, value as z.output<typeof schema>) as object
      expect(Object.fromEntries(wireQuery(query))).toEqual(expected)
    }),
  )
})

const refused = Symbol('refused')

function attempt(read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    if (error instanceof WireShapeError || (error as Error).name.endsWith('ZodError'))
      return refused
    throw error
  }
}

/** The JSON with one place somewhere in it altered. */
function altered(wire: unknown): fc.Arbitrary<unknown> {
  const places: (string | number)[][] = []
  const visit = (node: unknown, path: (string | number)[]): void => {
    places.push(path)
    if (typeof node !== 'object' || node === null) return
    for (const [key, value] of Object.entries(node)) visit(value, [...path, key])
  }
  visit(wire, [])
  const more = fc.oneof(
    fc.constant({ new_field: { some_key: '2026-01-01T00:00:00Z' }, startedAt: 1 }),
    fc.constant(JSON.parse('{"__proto__":{"isAdmin":true},"constructor":{}}')),
  )
  const other = fc.oneof(
    fc.constantFrom<unknown>(null, 0, -1, '', 'x', '2026-01-01', true, [], {}),
    fc.json().map((text) => JSON.parse(text)),
  )
  return fc
    .tuple(fc.constantFrom(...places), fc.option(other), more)
    .map(([path, value, extra]) => {
      const change = (node: unknown, [key, ...rest]: (string | number)[]): unknown => {
        if (key === undefined) {
          if (value !== null) return value
          return typeof node === 'object' && node !== null && !Array.isArray(node)
            ? { ...node, ...extra }
            : node
        }
        const copy = (Array.isArray(node) ? [...node] : { ...(node as object) }) as Record<
          string | number,
          unknown
        >
        copy[key] = change(copy[key], rest)
        return copy
      }
      return change(wire, path)
    })
}
