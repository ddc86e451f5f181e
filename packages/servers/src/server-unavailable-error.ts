/** A server cannot run on this machine: the message says what is missing and how to get it. */
export class ServerUnavailableError extends Error {
  override readonly name = 'ServerUnavailableError'
  /** The server that cannot run. */
  readonly server: string
  /** Whether nothing that is installed would help. */
  readonly isOfPlatform: boolean

  constructor(
    server: string,
    reason: string,
    options: { cause?: unknown; isOfPlatform?: boolean } = {},
  ) {
    super(`${server} cannot be started here: ${reason}`, { cause: options.cause })
    this.server = server
    this.isOfPlatform = options.isOfPlatform ?? false
  }
}
