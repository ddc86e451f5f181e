import type { SpooledFile, SpooledSurface } from '../contracts/journal.ts'
import type { FileSurface, Reference } from '../contracts/parsed-file.ts'
import { StoreError } from '../errors.ts'
import { decodeReferences, decodeSurface } from '../parsing/surface-codec.ts'

/** A surface that was spooled, built up. */
export interface LocatedSurface extends FileSurface {
  readonly version: string
  readonly path: string
  readonly language: string
}

/** What the graph of a file is made of. */
export interface FileUses extends LocatedSurface {
  readonly references: readonly Reference[]
}

/** @throws StoreError `STORE_CORRUPT` for what `encodeSurface` did not make. */
export function readSurface({ version, path, language, surface }: SpooledSurface): LocatedSurface {
  return { version, path, language, ...decoded(path, () => decodeSurface(surface)) }
}

/** @throws StoreError `STORE_CORRUPT` for what `encodeSurface` and `encodeReferences` did not make. */
export function readFile(file: SpooledFile): FileUses {
  const references = decoded(file.path, () => decodeReferences(file.uses))
  return { ...readSurface(file), references }
}

function decoded<T>(path: string, decode: () => T): T {
  try {
    return decode()
  } catch (cause) {
    const message = `What the store has of ${path} was altered. Reconcile the repository: that makes it anew.`
    throw new StoreError('STORE_CORRUPT', message, { cause })
  }
}
