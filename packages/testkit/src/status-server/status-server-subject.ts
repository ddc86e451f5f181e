/** A mounted status server, opened for one case. */
export interface OpenedStatusServer {
  /** Address of the base path, as its readers reach it. */
  readonly url: string
  /** A task that has ended, or ends by itself. */
  readonly taskId: string
  /** Whether WebSockets reach it: not where its runtime has none. */
  readonly hasSockets: boolean
  /** A folder with a Git repository that control may index; null where control is off. */
  readonly repository: string | null
  /** Takes away what was opened. */
  dispose(): Promise<void>
}

/** What `statusServerConformance` takes. */
export interface StatusServerConformanceOptions {
  /** Name of the suite, for example that of the binding. */
  readonly name: string
  /** Gives a mounted server for one case; it may be the same every time. */
  create(): Promise<OpenedStatusServer>
}
