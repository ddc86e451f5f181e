import { expect, it } from 'vitest'
import { decode } from './codec.ts'
import { clientMessageSchema, serverMessageSchema, socketCommands } from './socket-messages.ts'

it('has no task_id in a heartbeat', () => {
  const heartbeat = serverMessageSchema.options.find(
    (option) => option.shape.type.value === 'heartbeat',
  )
  expect(Object.keys(heartbeat?.shape ?? {})).toEqual(['type', 'seq', 'timestamp'])
})

it('names the commands that a client may send', () => {
  expect(socketCommands).toEqual(['ping', 'subscribe_task', 'unsubscribe_task', 'subscribe_all'])
})

it('refuses a command that it does not know, or without its task', () => {
  expect(decode(clientMessageSchema, { type: 'subscribe_task', task_id: 't' })).toEqual({
    type: 'subscribe_task',
    taskId: 't',
  })
  expect(() => decode(clientMessageSchema, { type: 'subscribe_task' })).toThrow('task_id')
  expect(() => decode(clientMessageSchema, { type: 'shout' })).toThrow('type')
})
