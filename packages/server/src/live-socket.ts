import { socketCommands } from '@cairn/protocol'
import { messageFrame } from './frame.ts'
import type { Reader } from './reader.ts'
import type { SocketTalk } from './socket-talk.ts'
import { createSubscriptions, type SubscriptionsOptions } from './subscriptions.ts'

/** Follows many tasks on a socket, as its client asks. */
export function followMany(
  reader: Reader,
  options: Omit<SubscriptionsOptions, 'reader'>,
): SocketTalk {
  const subscriptions = createSubscriptions({ ...options, reader })
  reader.send(
    messageFrame({
      type: 'connection_info',
      message: 'Subscribe to the tasks to follow.',
      supportedCommands: [...socketCommands],
      timestamp: new Date(),
    }),
  )
  return {
    seq: () => null,
    command(message) {
      switch (message.type) {
        case 'subscribe_task':
          return subscriptions.add(message.taskId)
        case 'unsubscribe_task':
          return subscriptions.remove(message.taskId)
        case 'subscribe_all':
          subscriptions.addAll()
          return null
      }
    },
    stop: () => subscriptions.close(),
  }
}
