import { z } from 'zod'
import { wireKey } from './wire-key.ts'
import { wireSchema } from './wire-schema.ts'

/** A value that `JSON.stringify` writes as it is. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

/** How {@link encode} writes. */
export interface EncodeOptions {
  /**
   * Whether fields that are for the host's own eyes (`meta({ isPrivate: true })`, which is the stack
   * trace of an error) are written; else they are null.
   * @default false
   */
  readonly exposeStackTraces?: boolean
}

type Convert = (value: unknown) => unknown

/** Null stands for a value that is the same in process and on the wire. */
interface Codec {
  readonly toWire: Convert | null
  readonly toWireHidden: Convert | null
  readonly fromWire: Convert | null
}

type Direction = keyof Codec

const known = new WeakMap<z.core.$ZodType, Codec>()

/**
 * The wire form of a value: snake_case keys, ISO 8601 UTC strings for dates. Fields that the schema
 * does not name are left out; keys of records are data and stay. The value is not validated, and
 * parts that are the same on the wire are shared with it.
 */
export function encode<Schema extends z.core.$ZodType>(
  schema: Schema,
  value: z.output<Schema>,
  options: EncodeOptions = {},
): JsonValue {
  const { toWire, toWireHidden } = codecOf(schema)
  const convert = options.exposeStackTraces === true ? toWire : toWireHidden
  return (convert === null ? value : convert(value)) as JsonValue
}

/**
 * The value of a wire form, validated. Fields that the schema does not name are passed through as
 * they are, under their own names.
 * @throws ZodError whose paths are those of the wire.
 */
export function decode<Schema extends z.core.$ZodType>(
  schema: Schema,
  wire: unknown,
): z.output<Schema> {
  const parsed = z.parse(wireSchema(schema), wire)
  const { fromWire } = codecOf(schema)
  return (fromWire === null ? parsed : fromWire(parsed)) as z.output<Schema>
}

function codecOf(schema: z.core.$ZodType): Codec {
  let codec = known.get(schema)
  if (codec === undefined) {
    codec = makeCodec(schema)
    known.set(schema, codec)
  }
  return codec
}

function makeCodec(schema: z.core.$ZodType): Codec {
  if (schema instanceof z.ZodObject) return objectCodec(schema.shape)
  if (schema instanceof z.ZodDate) {
    const toWire: Convert = (value) => (value as Date).toISOString()
    return { toWire, toWireHidden: toWire, fromWire: (value) => new Date(value as string) }
  }
  if (schema instanceof z.ZodCodec) {
    const toWire: Convert = (value) => z.encode(schema, value)
    return { toWire, toWireHidden: toWire, fromWire: null }
  }
  if (schema instanceof z.ZodArray) {
    return each(codecOf(schema.element), (convert) => (value) => (value as unknown[]).map(convert))
  }
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodOptional) {
    return each(codecOf(schema.def.innerType), (convert) => (value) => {
      return value === null || value === undefined ? value : convert(value)
    })
  }
  if (schema instanceof z.ZodRecord) {
    return each(codecOf(schema.valueType), (convert) => (value) => {
      const entries = Object.entries(value as object)
      return Object.fromEntries(entries.map(([key, item]) => [key, convert(item)]))
    })
  }
  if (schema instanceof z.ZodDiscriminatedUnion) {
    return discriminatedCodec(schema.def.discriminator, schema.options)
  }
  if (schema instanceof z.ZodUnion) return unionCodec(schema.options)
  return { toWire: null, toWireHidden: null, fromWire: null }
}

/** A codec of a container, identical where that of its content is. */
function each(inner: Codec, lift: (convert: Convert) => Convert): Codec {
  const lifted = (convert: Convert | null) => convert && lift(convert)
  return {
    toWire: lifted(inner.toWire),
    toWireHidden: lifted(inner.toWireHidden),
    fromWire: lifted(inner.fromWire),
  }
}

function objectCodec(shape: Readonly<Record<string, z.core.$ZodType>>): Codec {
  const fields = Object.entries(shape).map(([key, schema]) => ({
    key,
    wire: wireKey(key),
    codec: codecOf(schema),
    isPrivate: schema instanceof z.ZodType && schema.meta()?.isPrivate === true,
  }))
  const named = new Set(fields.flatMap(({ key, wire }) => [key, wire]))

  const toWire =
    (direction: Direction, hides: boolean): Convert =>
    (value) => {
      const from = value as Record<string, unknown>
      const to: Record<string, unknown> = {}
      for (const { key, wire, codec, isPrivate } of fields) {
        const item = from[key]
        const convert = codec[direction]
        if (item === undefined) continue
        if (isPrivate && hides) to[wire] = null
        else to[wire] = convert === null ? item : convert(item)
      }
      return to
    }

  const fromWire: Convert = (value) => {
    const from = value as Record<string, unknown>
    const to: Record<string, unknown> = {}
    for (const { key, wire, codec } of fields) {
      const item = from[wire]
      if (item === undefined) continue
      to[key] = codec.fromWire === null ? item : codec.fromWire(item)
    }
    // An unknown field never takes the place of a validated one.
    for (const key of Object.keys(from)) if (!named.has(key)) to[key] = from[key]
    return to
  }

  return { toWire: toWire('toWire', false), toWireHidden: toWire('toWireHidden', true), fromWire }
}

function discriminatedCodec(discriminator: string, options: readonly z.core.$ZodType[]): Codec {
  const wireDiscriminator = wireKey(discriminator)
  const byName = new Map<unknown, Codec>()
  for (const option of options) {
    const names = option._zod.propValues?.[discriminator] ?? []
    for (const name of names) byName.set(name, codecOf(option))
  }
  const by =
    (key: string, direction: Direction): Convert =>
    (value) => {
      const convert = byName.get((value as Record<string, unknown>)[key])?.[direction]
      if (convert) return convert(value)
      throw new Error(`No option of the union has this ${key}.`)
    }
  return {
    toWire: by(discriminator, 'toWire'),
    toWireHidden: by(discriminator, 'toWireHidden'),
    fromWire: by(wireDiscriminator, 'fromWire'),
  }
}

function unionCodec(schemas: readonly z.core.$ZodType[]): Codec {
  const options = schemas.map((schema) => ({
    schema,
    wire: wireSchema(schema),
    codec: codecOf(schema),
  }))
  if (options.every(({ codec }) => codec.toWire === null && codec.fromWire === null)) {
    return { toWire: null, toWireHidden: null, fromWire: null }
  }
  const firstMatching =
    (form: 'schema' | 'wire', direction: Direction): Convert =>
    (value) => {
      const option = options.find((candidate) => z.safeParse(candidate[form], value).success)
      const convert = option?.codec[direction] ?? null
      return convert === null ? value : convert(value)
    }
  return {
    toWire: firstMatching('schema', 'toWire'),
    toWireHidden: firstMatching('schema', 'toWireHidden'),
    fromWire: firstMatching('wire', 'fromWire'),
  }
}
