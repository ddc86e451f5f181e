import type { ErrorCode } from '@cairn/protocol'

/** What a reader of the page can do about an error, by its code. */
const advice: Readonly<Record<ErrorCode, string>> = {
  INVALID_OPTIONS: 'Correct what was asked for and ask again.',
  SOURCE_NOT_FOUND:
    'Check the path or the address for a typing mistake, and that the server can see it.',
  NOT_A_REPOSITORY: 'Leave the branch out, or give a folder that is a Git repository.',
  EMPTY_REPOSITORY: 'Commit something to the repository, then index it.',
  SOURCE_TOO_LARGE: 'Index a folder of it, or let the server’s limit for files be raised.',
  REF_NOT_FOUND: 'Check the name of the branch, tag or commit, and that it was pushed.',
  URL_REFUSED: 'Give an https or ssh address, without options in it.',
  AUTHENTICATION_FAILED: 'Give the server credentials that may read the repository, then resume.',
  REMOTE_UNREACHABLE:
    'Wait for the network or the remote to come back, then resume; it goes on where it was.',
  GIT_FAILED:
    'Run the same git command on the server to see more; often its disk or its network is at fault.',
  GIT_MISSING: 'Install git where the server runs.',
  FILE_UNREADABLE: 'Check the permissions of the file. The other files are indexed.',
  FILE_CHANGED: 'Nothing: the next run takes the file as it is then.',
  PARSE_TIMEOUT:
    'Often a generated file: exclude it, or give parsing more time. The other files are indexed.',
  PARSE_FAILED: 'The file is left out of the index. If it is valid code, report it with the file.',
  PARSE_CRASHED:
    'The file is left out of the index, and the parser was replaced. Report it with the file.',
  GRAMMAR_INVALID:
    'Check the language that was added to the indexer; its grammar or query cannot be loaded.',
  EMBEDDING_FAILED:
    'Run again: what was embedded is kept. If it stays, look at the log of the embedder.',
  EMBEDDER_UNAVAILABLE: 'Bring the embedder back, then resume; what was embedded is kept.',
  EMBEDDER_INVALID: 'Check the model and its dimensions; the embedder gives what it should not.',
  STORE_LOCKED: 'Wait until the other process has ended, then resume.',
  STORE_CORRUPT:
    'Index into a new data folder; the damaged one holds nothing that cannot be made again.',
  MEMORY_LIMIT: 'Raise limits.memoryBytes of the indexer to what the message says, then resume.',
  STORE_READ_ONLY: 'Let the server write to its data folder.',
  STORE_FULL: 'Free some space on the disk of the store, then resume; it goes on where it was.',
  STORE_TOO_NEW: 'Update cairn on the server to the version that wrote the store.',
  STORE_MISMATCH: 'Use another name or another store; this one holds something else.',
  STORE_FAILED: 'Look at the log of the store, then resume.',
  STORE_UNSUPPORTED:
    'Run the server on a platform that has what the store needs, or use another store.',
  PAUSED: 'Resume it to go on where it was.',
  TASK_ENDED:
    'The task has ended already. Resume it where it failed or was cancelled, or index again.',
  REPOSITORY_BUSY: 'Wait for the run of this repository that is under way, or cancel it.',
  REPOSITORY_NOT_FOUND: 'It may have been removed; the list of repositories shows what there is.',
  TASK_NOT_FOUND: 'It may have been cleaned up; the list of tasks shows what there is.',
  VALIDATION_FAILED: 'Reconcile the repository, or index it again.',
  CANCELLED: 'Resume it to go on where it was.',
  RUN_INTERRUPTED:
    'If nobody ended the process, its own log or that of its machine says why: often memory.',
  LISTENER_FAILED: 'The run is not touched by it; mend the listener in the host program.',
  CLOSED: 'Start the indexer again.',
  INTERNAL: 'This is a defect of cairn. Report it with this message.',
}

/** What to do about an error; of a code that only a newer server knows, what can be said of any. */
export function adviceFor(code: string): string {
  return (
    (advice as Readonly<Record<string, string>>)[code] ??
    'Read the message, and the log lines around it.'
  )
}
