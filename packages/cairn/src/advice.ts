import type { ErrorCode } from '@cairn/protocol'

/** What to type or change after an error, where the message alone does not say it; null elsewhere. */
export function advice(code: ErrorCode, commandName: string): string | null {
  switch (code) {
    case 'REPOSITORY_BUSY':
      return 'Add --wait to start when that run has ended.'
    case 'STORE_LOCKED':
      return 'Try again when that process has ended (index --wait does), or use another folder with --data-dir.'
    case 'STORE_CORRUPT':
      return 'Use another folder with --data-dir. If that file is an index of cairn, deleting it costs nothing but time.'
    case 'STORE_TOO_NEW':
      return 'Update cairn, or use another folder with --data-dir.'
    case 'STORE_FULL':
      return 'Free some space and run the same command again; it goes on where it was.'
    case 'REPOSITORY_NOT_FOUND':
      return `To see what is indexed, type: ${commandName} repositories`
    case 'TASK_NOT_FOUND':
      return `To see the tasks, type: ${commandName} status`
    case 'REMOTE_UNREACHABLE':
    case 'EMBEDDER_UNAVAILABLE':
    case 'RUN_INTERRUPTED':
      return 'Run the same command again; it goes on where it was.'
    case 'VALIDATION_FAILED':
      return `To repair the repository, type: ${commandName} reconcile REPOSITORY`
    case 'INTERNAL':
      return 'This is a defect in cairn. Please report it with the command and this message.'
    default:
      return null
  }
}
