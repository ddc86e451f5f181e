import type { SkipReason } from '@cairn/protocol'
import { generatedByHeader, generatedByName, mayBeMarked } from './generated-files.ts'
import { encodingOf, hasNoText, isBinary, isLfsPointer, minifiedBy } from './text-detection.ts'

/** Why a file's content is not indexed. */
export interface ContentSkip {
  readonly reason: Extract<
    SkipReason,
    'lfs_pointer' | 'binary' | 'minified' | 'generated' | 'no_text'
  >
  readonly detail: string | null
}

const headerBytes = 4_096

/**
 * The first reason not to index a file with this content, or null. The order is fixed: LFS pointer,
 * binary, minified, generated, no text.
 */
export function classifyContent(path: string, bytes: Uint8Array): ContentSkip | null {
  if (isLfsPointer(bytes)) return { reason: 'lfs_pointer', detail: null }
  if (isBinary(bytes)) return { reason: 'binary', detail: null }
  const minified = minifiedBy(path, bytes)
  if (minified !== null) return { reason: 'minified', detail: minified }
  const named = generatedByName(path)
  if (named !== null) return { reason: 'generated', detail: named }
  const declared = generatedByBeginning(bytes)
  if (declared !== null) return { reason: 'generated', detail: declared }
  if (hasNoText(bytes)) return { reason: 'no_text', detail: null }
  return null
}

/** {@link generatedByHeader} of the file's beginning, which is decoded only where that can find a mark. */
function generatedByBeginning(bytes: Uint8Array): string | null {
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, headerBytes))
  const encoding = encodingOf(header)
  const isWorthIt = encoding !== 'utf-8' || mayBeMarked(header)
  return isWorthIt ? generatedByHeader(new TextDecoder(encoding).decode(header)) : null
}
