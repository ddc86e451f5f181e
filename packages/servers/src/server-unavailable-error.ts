/** A server cannot run on this machine: the message says what is missing and how to get it. */
export class ServerUnavailableError extends Error {
  override readonly name = 'ServerUnavailableError'
  /** The server that cannot run. */
  readonly server: string

  constructor(server: string, reason: string, options?: ErrorOptions) {
    super(`${server} cannot be started here: ${reason}`, options)
    this.server = server
  }
}
