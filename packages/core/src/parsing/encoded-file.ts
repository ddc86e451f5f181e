import type { Chunk, EncodedFile, ParsedFile } from '../contracts/parsed-file.ts'
import { packBlocks, unpackBlocks } from '../packed-blocks.ts'
import {
  decodeReferences,
  decodeSurface,
  encodeReferences,
  encodeSurface,
} from './surface-codec.ts'

export { decodeReferences, decodeSurface, encodeReferences, encodeSurface }

/** A chunk whose texts are still bytes, in UTF-8. */
export interface EncodedChunk extends Omit<Chunk, 'text' | 'terms'> {
  readonly text: Buffer
  readonly terms: Buffer
  /** UTF-16 code units of the text, which is what `length` of a string counts. */
  readonly textLength: number
}

/** An {@link EncodedFile} taken apart, for a spool that stores its parts without building up the file. */
export interface EncodedParts extends Pick<ParsedFile, 'language' | 'syntaxErrors' | 'warnings'> {
  /** What {@link encodeSurface} makes of the file. */
  readonly surface: Buffer
  /** What {@link encodeReferences} makes of its references. */
  readonly references: Buffer
  readonly chunks: readonly EncodedChunk[]
}

/** What is said of a file beside its texts, as JSON. */
type Head = Pick<ParsedFile, 'language' | 'syntaxErrors' | 'warnings'> & {
  readonly chunks: readonly Omit<EncodedChunk, 'text' | 'terms'>[]
}

/** Encodes a file, its surface and references in the form in which they are spooled. */
export function encodeFile(file: ParsedFile): EncodedFile {
  const { language, syntaxErrors, warnings } = file
  const chunks = file.chunks.map(({ text, terms: _, ...facts }) => {
    return { ...facts, textLength: text.length }
  })
  const head: Head = { language, syntaxErrors, warnings, chunks }
  return {
    bytes: packBlocks([
      JSON.stringify(head),
      encodeSurface(file),
      encodeReferences(file.references),
      ...file.chunks.flatMap(({ text, terms }) => [text, terms]),
    ]),
    chunks: chunks.length,
    syntaxErrors,
    warnings,
  }
}

/** The parts of a file; only for bytes that {@link encodeFile} made in this process. They share its memory. */
export function encodedParts({ bytes }: Pick<EncodedFile, 'bytes'>): EncodedParts {
  const none = Buffer.alloc(0)
  const [first, surface = none, references = none, ...texts] = unpackBlocks(bytes)
  const head: Head = JSON.parse(String(first))
  const chunks = head.chunks.map((facts, index): EncodedChunk => {
    return { ...facts, text: texts[2 * index] ?? none, terms: texts[2 * index + 1] ?? none }
  })
  return { ...head, surface, references, chunks }
}

/** The file again; only for bytes that {@link encodeFile} made in this process. */
export function decodeFile(file: Pick<EncodedFile, 'bytes'>): ParsedFile {
  const { surface, references, chunks, ...head } = encodedParts(file)
  return {
    ...head,
    ...decodeSurface(surface),
    references: decodeReferences(references),
    chunks: chunks.map(({ text, terms, textLength: _, ...facts }) => {
      return { ...facts, text: text.toString(), terms: terms.toString() }
    }),
  }
}
