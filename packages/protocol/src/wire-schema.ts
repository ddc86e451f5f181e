import { z } from 'zod'
import { wireKey } from './wire-key.ts'

const known = new WeakMap<z.core.$ZodType, z.core.$ZodType>()

/**
 * The schema of what `schema` is on the wire: snake_case keys, ISO 8601 strings for dates, unknown
 * fields allowed, and open enums (`meta({ isOpen: true })`) as plain strings. It validates JSON, and
 * `z.toJSONSchema` of it describes it.
 *
 * @throws Error for a kind of schema that the wire has no form for: a defect of the caller.
 */
export function wireSchema(schema: z.core.$ZodType): z.core.$ZodType {
  let wire = known.get(schema)
  if (wire === undefined) {
    wire = derive(schema)
    known.set(schema, wire)
  }
  return wire
}

function derive(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodObject) {
    const fields = Object.entries<z.core.$ZodType>(schema.shape)
    return z.looseObject(
      Object.fromEntries(fields.map(([key, field]) => [wireKey(key), wireSchema(field)])),
    )
  }
  if (schema instanceof z.ZodDate) return z.iso.datetime({ offset: true })
  if (schema instanceof z.ZodEnum) return schema.meta()?.isOpen === true ? z.string() : schema
  if (schema instanceof z.ZodArray) {
    return withParts(schema, { element: wireSchema(schema.element) })
  }
  if (schema instanceof z.ZodNullable || schema instanceof z.ZodOptional) {
    return withParts(schema, { innerType: wireSchema(schema.def.innerType) })
  }
  if (schema instanceof z.ZodRecord) {
    return withParts(schema, { valueType: wireSchema(schema.valueType) })
  }
  if (schema instanceof z.ZodDiscriminatedUnion) {
    const options = schema.options.map(wireSchema)
    return withParts(schema, { discriminator: wireKey(schema.def.discriminator), options })
  }
  if (schema instanceof z.ZodUnion) {
    return withParts(schema, { options: schema.options.map(wireSchema) })
  }
  if (isScalar(schema)) return schema
  throw new Error(`The wire has no form for a zod schema of type ${schema._zod.def.type}.`)
}

/** The schema with other parts and the same checks. */
function withParts(schema: z.ZodType, parts: object): z.core.$ZodType {
  return schema.clone({ ...schema.def, ...parts })
}

/** Whether a value of the schema is JSON as it is, or turns itself into JSON (a codec). */
function isScalar(schema: z.core.$ZodType): boolean {
  return (
    schema instanceof z.ZodString ||
    schema instanceof z.ZodStringFormat ||
    schema instanceof z.ZodNumber ||
    schema instanceof z.ZodBoolean ||
    schema instanceof z.ZodLiteral ||
    schema instanceof z.ZodUnknown ||
    schema instanceof z.ZodCodec
  )
}
