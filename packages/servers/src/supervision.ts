/** What a supervisor is told to run. */
export interface SupervisedCommand {
  readonly program: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Deleted, with all that is in it, where the starter dies. */
  readonly folder: string
  /** Takes what the program writes. */
  readonly outputFile: string
}

/** What a supervisor tells its starter. */
export type SupervisorMessage =
  | { readonly kind: 'started'; readonly pid: number }
  | { readonly kind: 'not-started'; readonly reason: string }
  | { readonly kind: 'ended'; readonly how: string }
