import { z } from 'zod'
import { type ErrorCode, errorCodes } from './error-codes.ts'
import { stageSchema } from './stage-schemas.ts'

const codes = Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]

/**
 * A code of {@link errorCodes}. The enum is open: `decode` lets a code through that only a newer peer
 * knows, so that one new code does not cost a reader the whole document.
 */
export const errorCodeSchema = z.enum(codes).meta({ isOpen: true })

/** An error of a run or of one of its files, as it is told, stored and shown. */
export const indexingErrorSchema = z.object({
  errorType: errorCodeSchema,
  /** One sentence a person can act on; never holds a credential. */
  errorMessage: z.string(),
  /** `/`-separated path within the repository; null where the error is not of one file. */
  filePath: z.string().nullable(),
  stage: stageSchema,
  timestamp: z.date(),
  /** Whether trying again later, without changing anything, may succeed. */
  recoverable: z.boolean(),
  /** Null on the wire unless the host exposes stack traces. */
  stackTrace: z.string().nullable().meta({ isPrivate: true }),
})
/** An error of a run or of one of its files, as it is told, stored and shown. */
export type IndexingError = z.infer<typeof indexingErrorSchema>
