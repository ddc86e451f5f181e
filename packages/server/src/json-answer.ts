import { encode } from '@cairn/protocol'
import type { z } from 'zod'
import type { WireAnswer } from './wire-request.ts'

/** An answer in the wire form of a schema. */
export function jsonAnswer<Schema extends z.core.$ZodType>(
  schema: Schema,
  value: z.output<Schema>,
  options: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
): WireAnswer {
  return {
    status: options.status ?? 200,
    headers: { ...options.headers, 'content-type': 'application/json' },
    body: JSON.stringify(encode(schema, value)),
  }
}
