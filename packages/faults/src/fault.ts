/** What every scenario of the bench of faults gets and gives. */

export interface FaultContext {
  /** `short` within a minute altogether, for the tests; `long` by hand and nightly. */
  readonly form: 'short' | 'long'
  /** What every random choice is made from: the same seed breaks the same things at the same moments. */
  readonly seed: number
  readonly signal: AbortSignal
}

/** A row of the table: what was broken, how often, and what came of it. */
export interface FaultOutcome {
  readonly fault: string
  readonly tries: number
  readonly survived: number
  /** Rows, files, chunks or events that were missing or wrong afterwards. */
  readonly lost: number
  /** Of the run's work, in percent; null where nothing can be redone. */
  readonly redonePercent: number | null
  /** Tries in which more was done again than may be; null where nothing says how much that is. */
  readonly overdone: number | null
  readonly notes: readonly string[]
}

/** Something that is broken on purpose, as many times as the form asks for. */
export interface Fault {
  readonly name: string
  run(context: FaultContext): Promise<readonly FaultOutcome[]>
}
