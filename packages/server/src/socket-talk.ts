import type { ClientMessage } from '@cairn/protocol'

/** A message of a client that is not answered on every socket alike. */
export type Command = Exclude<ClientMessage, { readonly type: 'ping' }>

/** What happens on a socket beside what is the same for all of them. */
export interface SocketTalk {
  /** The `seq` that a heartbeat names; null for none. */
  seq(): number | null
  /** Answers a message that is no ping; says what is wrong with one that is not for this socket. */
  command(message: Command): string | null
  /** The socket is closed. */
  stop(): void
}
