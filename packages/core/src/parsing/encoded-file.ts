import { deserialize, serialize } from 'node:v8'
import type { EncodedFile, ParsedFile } from '../contracts/parsed-file.ts'

export {
  decodeReferences,
  decodeSurface,
  encodeReferences,
  encodeSurface,
} from './surface-codec.ts'

/** Encodes in the structured clone format of V8. */
export function encodeFile(file: ParsedFile): EncodedFile {
  const bytes = serialize(file)
  return {
    bytes:
      bytes.buffer instanceof ArrayBuffer ? ownBuffer(bytes, bytes.buffer) : new Uint8Array(bytes),
    chunks: file.chunks.length,
    syntaxErrors: file.syntaxErrors,
    warnings: file.warnings,
  }
}

/** The file again; only for bytes that {@link encodeFile} made in this process. */
export function decodeFile({ bytes }: Pick<EncodedFile, 'bytes'>): ParsedFile {
  // The format carries no type: what goes in is a ParsedFile, so that is what comes out.
  return deserialize(bytes) as ParsedFile
}

function ownBuffer(bytes: Buffer, buffer: ArrayBuffer): Uint8Array<ArrayBuffer> {
  return bytes.byteLength === buffer.byteLength
    ? new Uint8Array(buffer)
    : new Uint8Array(buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
}
