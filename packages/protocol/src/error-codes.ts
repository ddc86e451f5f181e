/**
 * Every error code of cairn, with what a reader should do about it. Codes are stable: they are the
 * same in a thrown error, the event log, the status document and an HTTP problem.
 */
export const errorCodes = {
  INVALID_OPTIONS: 'An option or argument is not of the documented shape.',
  SOURCE_NOT_FOUND: 'The path or the remote repository does not exist.',
  NOT_A_REPOSITORY:
    'The folder or URL is not a Git repository, or its `.git` leads to another one.',
  EMPTY_REPOSITORY: 'The repository has no commit yet.',
  SOURCE_TOO_LARGE: 'The source has more files than `limits.maxFiles`.',
  REF_NOT_FOUND: 'The branch, tag or commit does not exist in the repository.',
  URL_REFUSED: 'The URL uses a transport or a form that cairn does not run.',
  AUTHENTICATION_FAILED: 'The remote refused the credentials.',
  REMOTE_UNREACHABLE: 'The remote could not be reached.',
  GIT_FAILED: 'A git command failed.',
  GIT_MISSING: 'The git program is not installed.',
  FILE_UNREADABLE: 'The file vanished or could not be read.',
  FILE_CHANGED: 'The file changed while it was being read.',
  PARSE_TIMEOUT: 'Parsing the file took longer than its time limit.',
  PARSE_FAILED: 'The parser could not handle the file.',
  PARSE_CRASHED: 'The parsing worker died on the file and was replaced.',
  GRAMMAR_INVALID: 'A language’s grammar or query could not be loaded.',
  EMBEDDING_FAILED: 'The embedder failed on a chunk.',
  EMBEDDER_UNAVAILABLE: 'The embedder does not answer, or fails on every text.',
  EMBEDDER_INVALID: 'The embedder breaks its contract (dimensions, count, NaN).',
  STORE_LOCKED: 'Another process writes to the store.',
  STORE_CORRUPT: 'The store file is damaged.',
  STORE_READ_ONLY: 'The store file cannot be written.',
  STORE_FULL: 'No space is left for the store.',
  STORE_TOO_NEW: 'The store file was written by a newer version of cairn.',
  STORE_MISMATCH: 'The store holds something else under the same name.',
  STORE_FAILED: 'The store failed.',
  STORE_UNSUPPORTED: 'This platform lacks what the store needs.',
  REPOSITORY_BUSY: 'The repository is being indexed, removed or reconciled already.',
  REPOSITORY_NOT_FOUND: 'No such repository is indexed.',
  TASK_NOT_FOUND: 'No such task is known.',
  VALIDATION_FAILED: 'What the stores hold differs from the ledger and could not be repaired.',
  TASK_ENDED: 'The task has ended already.',
  PAUSED: 'The run was paused; resume its task to go on.',
  CANCELLED: 'The caller cancelled.',
  RUN_INTERRUPTED: 'The process that did the run ended before the run did.',
  LISTENER_FAILED: 'A listener or callback of the host threw, rejected or did not return.',
  CLOSED: 'The indexer is closed.',
  INTERNAL: 'A defect in cairn.',
} as const

/** A stable error code, a key of {@link errorCodes}. */
export type ErrorCode = keyof typeof errorCodes
