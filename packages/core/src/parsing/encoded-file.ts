import { deserialize } from 'node:v8'
import type { EncodedFile, ParsedFile } from '../contracts/parsed-file.ts'
import { serializeApart } from '../serialize-apart.ts'

export {
  decodeReferences,
  decodeSurface,
  encodeReferences,
  encodeSurface,
} from './surface-codec.ts'

/** Encodes in the structured clone format of V8. */
export function encodeFile(file: ParsedFile): EncodedFile {
  return {
    bytes: serializeApart(file),
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
