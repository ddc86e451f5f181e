import { serialize } from 'node:v8'

/** The structured clone format of V8, in its own buffer, so that it can be transferred. */
export function serializeApart(value: unknown): Uint8Array<ArrayBuffer> {
  const bytes = serialize(value)
  const { buffer, byteOffset, byteLength } = bytes
  if (!(buffer instanceof ArrayBuffer)) return new Uint8Array(bytes)
  return new Uint8Array(
    byteLength === buffer.byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength),
  )
}
