import { wireKey } from './wire-key.ts'

/**
 * What a schema has to say for the way between process and wire, as data: which names there are, which
 * strings are dates, and which keys are data. It is what the codec needs without zod.
 */
export type WireShape =
  | 'string'
  | 'number'
  | 'boolean'
  | 'date'
  /** Any JSON, passed through as it is. */
  | 'any'
  /** By the names in process. */
  | { readonly fields: Readonly<Record<string, WireShape>> }
  | { readonly list: WireShape }
  /** The keys are data. */
  | { readonly map: WireShape }
  | { readonly nullable: WireShape }
  /** Only of fields. */
  | { readonly optional: WireShape }
  /** Told apart by the string in the field `by`, which has the same name on the wire. */
  | { readonly by: string; readonly options: Readonly<Record<string, WireShape>> }
  /** The first that fits. */
  | { readonly either: readonly WireShape[] }

/** What came over the wire is not of its shape. */
export class WireShapeError extends Error {
  override readonly name = 'WireShapeError'
}

/**
 * The value of a wire form: what `decode` of the schema gives, checked for names and kinds, not for
 * ranges and enums. Fields that the shape does not name are passed through under their own names.
 *
 * @param path what is being read, for the message of the error
 * @throws {@link WireShapeError}
 */
export function fromWire(shape: WireShape, wire: unknown, path = 'answer'): unknown {
  if (shape === 'any') return wire
  if (shape === 'date') {
    const date = new Date(expectKind('string', wire, path))
    if (Number.isNaN(date.getTime())) throw new WireShapeError(`${path} is not a time.`)
    return date
  }
  if (typeof shape === 'string') return expectKind(shape, wire, path)
  if ('fields' in shape) return fieldsFromWire(shape.fields, expectObject(wire, path), path)
  if ('list' in shape) {
    if (!Array.isArray(wire)) throw new WireShapeError(`${path} is not a list.`)
    return wire.map((item, index) => fromWire(shape.list, item, `${path}.${index}`))
  }
  if ('map' in shape) {
    const entries = Object.entries(expectObject(wire, path)).filter(([key]) => key !== '__proto__')
    return Object.fromEntries(
      entries.map(([key, item]) => [key, fromWire(shape.map, item, `${path}.${key}`)]),
    )
  }
  if ('nullable' in shape) return wire === null ? null : fromWire(shape.nullable, wire, path)
  if ('optional' in shape) return wire === undefined ? wire : fromWire(shape.optional, wire, path)
  if ('by' in shape) {
    const name = expectObject(wire, path)[shape.by]
    const option = typeof name === 'string' && ownValue(shape.options, name)
    if (!option) throw new WireShapeError(`${path}.${shape.by} is not known.`)
    return fromWire(option, wire, path)
  }
  return firstFromWire(shape.either, wire, path)
}

/**
 * The wire form of a value, as `encode` of the schema writes it. The value is not checked; of several
 * shapes (`either`) it is taken as it is.
 */
export function toWire(shape: WireShape, value: unknown): unknown {
  if (value === null || value === undefined || typeof shape === 'string') {
    return shape === 'date' && value instanceof Date ? value.toISOString() : value
  }
  if ('fields' in shape) {
    const from = value as Readonly<Record<string, unknown>>
    const to: Record<string, unknown> = {}
    for (const [key, field] of Object.entries(shape.fields)) {
      if (from[key] !== undefined) to[wireKey(key)] = toWire(field, from[key])
    }
    return to
  }
  if ('list' in shape) return (value as readonly unknown[]).map((item) => toWire(shape.list, item))
  if ('map' in shape) {
    const entries = Object.entries(value)
    return Object.fromEntries(entries.map(([key, item]) => [key, toWire(shape.map, item)]))
  }
  if ('nullable' in shape) return toWire(shape.nullable, value)
  if ('optional' in shape) return toWire(shape.optional, value)
  if ('by' in shape) {
    const name = (value as Readonly<Record<string, unknown>>)[shape.by]
    return toWire(ownValue(shape.options, String(name)) ?? 'any', value)
  }
  return value
}

function fieldsFromWire(
  fields: Readonly<Record<string, WireShape>>,
  from: Readonly<Record<string, unknown>>,
  path: string,
): Record<string, unknown> {
  const to: Record<string, unknown> = {}
  // An unknown field never takes the place of a checked one, nor that of the prototype.
  const taken = new Set(['__proto__'])
  for (const [key, field] of Object.entries(fields)) {
    const wire = wireKey(key)
    taken.add(key).add(wire)
    const value = fromWire(field, ownValue(from, wire), `${path}.${wire}`)
    if (value !== undefined) to[key] = value
  }
  for (const key of Object.keys(from)) if (!taken.has(key)) to[key] = from[key]
  return to
}

function firstFromWire(shapes: readonly WireShape[], wire: unknown, path: string): unknown {
  for (const shape of shapes) {
    try {
      return fromWire(shape, wire, path)
    } catch (error) {
      if (!(error instanceof WireShapeError)) throw error
    }
  }
  throw new WireShapeError(`${path} is of none of its shapes.`)
}

function expectKind(kind: 'string', value: unknown, path: string): string
function expectKind(kind: string, value: unknown, path: string): unknown
function expectKind(kind: string, value: unknown, path: string): unknown {
  if (typeof value === kind) return value
  throw new WireShapeError(`${path} is not a ${kind}.`)
}

function expectObject(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return value as Readonly<Record<string, unknown>>
  }
  throw new WireShapeError(`${path} is not an object.`)
}

function ownValue<Value>(object: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined
}
