import type { SkipReason } from '@cairn/protocol'
import { generatedByHeader, generatedByName } from './generated-files.ts'
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
  const header = new TextDecoder(encodingOf(bytes)).decode(bytes.subarray(0, headerBytes))
  const declared = generatedByHeader(header)
  if (declared !== null) return { reason: 'generated', detail: declared }
  if (hasNoText(bytes)) return { reason: 'no_text', detail: null }
  return null
}
