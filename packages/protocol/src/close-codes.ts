/** Close codes of a WebSocket: those of RFC 6455 that mean something here, and its own. */
export const closeCodes = {
  /** The task has ended and its last document was sent. */
  ended: 1000,
  /** The client sent too many messages or fragments, or its request is refused on a socket that is open. */
  policyViolation: 1008,
  /** A message of the client was over 4 KiB. */
  tooBig: 1009,
  /** The server shuts down. */
  restarting: 1012,
  /** The authorization has expired, or the reader is not known. */
  unauthorized: 4401,
  /** The reader may not follow this. */
  forbidden: 4403,
  taskNotFound: 4404,
} as const
