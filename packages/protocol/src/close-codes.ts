/** Close codes of a WebSocket beside those of RFC 6455. */
export const closeCodes = {
  /** The task has ended and its last document was sent. */
  ended: 1000,
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
