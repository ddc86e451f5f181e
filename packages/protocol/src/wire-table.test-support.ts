import { z } from 'zod'
import { problemSchema } from './problem.ts'
import { type Route, routes } from './routes.ts'
import { serverMessageSchema } from './socket-messages.ts'
import type { WireShape } from './wire-shape.ts'

/** The shape of a schema. @throws Error for a kind of schema that has none: a defect of the caller. */
function shapeOf(schema: z.core.$ZodType): WireShape {
  if (schema instanceof z.ZodObject) {
    const fields = Object.entries<z.core.$ZodType>(schema.shape)
    return { fields: Object.fromEntries(fields.map(([key, field]) => [key, shapeOf(field)])) }
  }
  if (schema instanceof z.ZodDate) return 'date'
  if (schema instanceof z.ZodEnum || schema instanceof z.ZodString) return 'string'
  if (schema instanceof z.ZodNumber) return 'number'
  if (schema instanceof z.ZodBoolean) return 'boolean'
  if (schema instanceof z.ZodUnknown) return 'any'
  if (schema instanceof z.ZodLiteral && typeof schema.value === 'string') return 'string'
  if (schema instanceof z.ZodArray) return { list: shapeOf(schema.element) }
  if (schema instanceof z.ZodRecord) return { map: shapeOf(schema.valueType) }
  if (schema instanceof z.ZodNullable) return { nullable: shapeOf(schema.def.innerType) }
  if (schema instanceof z.ZodOptional) return { optional: shapeOf(schema.def.innerType) }
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const by = schema.def.discriminator
    const options = schema.options.flatMap((option: z.core.$ZodType) => {
      return [...(option._zod.propValues?.[by] ?? [])].map((name) => [name, shapeOf(option)])
    })
    return { by, options: Object.fromEntries(options) }
  }
  if (schema instanceof z.ZodUnion) return { either: schema.options.map(shapeOf) }
  throw new Error(`No shape for a schema of type ${schema._zod.def.type}.`)
}

/** What a client may get for a good answer of a route. */
export function goodAnswer({ answer, plan }: Route): z.ZodType {
  return plan === null ? answer : z.union([answer, plan])
}

/** The source of `wire-table.ts`. Shapes that stand in it more than once get a name. */
export function wireTableSource(): string {
  const table: Record<string, unknown> = {}
  for (const [name, route] of Object.entries<Route>(routes)) {
    if (route.kind !== 'answer') continue
    const { method, path, body } = route
    const answer = shapeOf(goodAnswer(route))
    table[name] = { method, path, ...(body && { body: shapeOf(body) }), answer }
  }
  const problem = shapeOf(problemSchema)
  const message = shapeOf(serverMessageSchema)

  const counts = new Map<string, number>()
  for (const root of [table, problem, message]) count(root, counts)
  const repeated = [...counts].filter(([text, times]) => times > 1 && text.length > 60)
  // Smaller ones first: a shape stands above those that are made of it.
  repeated.sort(([left], [right]) => left.length - right.length)
  const names = new Map<string, string>()
  const shared = repeated.map(([text]) => {
    const name = `shape${names.size + 1}`
    const source = `const ${name}: WireShape = ${print(JSON.parse(text), names, '', 6 + name.length + 14)}\n`
    names.set(text, name)
    return source
  })
  return `// Made from the schemas by wire-table.test.ts: \`pnpm test --project protocol wire-table -u\`.
import type { WireShape } from './wire-shape.ts'

${shared.join('\n')}
/** The routes that give one answer, by name, with the shapes of their bodies and answers. */
export const wireRoutes = ${print(table, names, '', 26)} as const satisfies Readonly<Record<string, WireRoute>>

/** One of {@link wireRoutes}. */
export interface WireRoute {
  /** HTTP method. */
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Below the base path, with parameters in braces: \`/status/{task_id}\`. */
  readonly path: string
  /** Of the request's body; absent where it takes none. */
  readonly body?: WireShape
  /** Of the answer's body. */
  readonly answer: WireShape
}

/** Of what went wrong with a request. */
export const problemShape: WireShape = ${print(problem, names, '', 38)}

/** Of what the server sends over a WebSocket or as Server-Sent Events. */
export const serverMessageShape = ${print(message, names, '', 33)} as const satisfies WireShape
`
}

function count(node: unknown, counts: Map<string, number>): void {
  if (typeof node !== 'object' || node === null) return
  if (isShape(node)) {
    const text = JSON.stringify(node)
    const times = (counts.get(text) ?? 0) + 1
    counts.set(text, times)
    // What only stands in something repeated needs no name of its own.
    if (times > 1) return
  }
  for (const part of Object.values(node)) count(part, counts)
}

const shapeKeys = new Set(['fields', 'list', 'map', 'nullable', 'optional', 'by', 'either'])

function isShape(node: object): boolean {
  const [first] = Object.keys(node)
  return first !== undefined && shapeKeys.has(first)
}

/** Laid out as Biome does: on one line where it fits into 100 columns. */
function print(
  node: unknown,
  names: ReadonlyMap<string, string>,
  indent: string,
  taken: number,
): string {
  const name = names.get(JSON.stringify(node))
  if (name !== undefined) return name
  if (typeof node !== 'object' || node === null) return `'${node}'`
  const [open, close] = Array.isArray(node) ? ['[', ']'] : ['{', '}']
  const inner = `${indent}  `
  const parts = (nested: (value: unknown, taken: number) => string) =>
    Object.entries(node).map(([key, value]) => {
      const label = Array.isArray(node) ? '' : `${key}: `
      return `${label}${nested(value, inner.length + label.length)}`
    })
  const pad = Array.isArray(node) ? '' : ' '
  const flat = parts((value) => print(value, names, inner, -1e9)).join(', ')
  const line = `${open}${pad}${flat}${pad}${close}`
  if (taken + line.length < 100) return line
  const lines = parts((value, width) => print(value, names, inner, width))
  return `${open}\n${lines.map((part) => `${inner}${part},\n`).join('')}${indent}${close}`
}
