/** A server of this machine with a data folder of its own; it dies with the process that started it. */
export interface RunningServer {
  readonly name: string
  /** Its address on the loopback interface. */
  readonly url: string
  readonly version: string
  /** Kills it as a power cut would. */
  kill(): Promise<void>
  /** Starts it again on the same data and the same port. */
  restart(): Promise<void>
  /** Ends it and deletes its folder. */
  stop(): Promise<void>
}

/** What every start of a server takes. */
export interface StartOptions {
  /** Called once, before the server's program is fetched from a package registry. */
  onFetch?: (what: string) => void
}
