import { z } from 'zod'
import { countSchema } from './scalars.ts'
import { statusDocumentSchema } from './status.ts'

/**
 * What the server sends over a WebSocket or as Server-Sent Events, told apart by `type`.
 *
 * A heartbeat has no `taskId`: the contract's original client takes any message with one and no
 * known type for a status document.
 */
export const serverMessageSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('initial_status'),
    taskId: z.string(),
    seq: countSchema,
    data: statusDocumentSchema,
  }),
  z.object({
    type: z.literal('status_update'),
    taskId: z.string(),
    seq: countSchema,
    data: statusDocumentSchema,
  }),
  /** Answers `subscribe_task`. */
  z.object({
    type: z.literal('task_status'),
    taskId: z.string(),
    seq: countSchema,
    data: statusDocumentSchema,
  }),
  /** Answers `subscribe_task` for a task that is not known. */
  z.object({ type: z.literal('task_not_found'), taskId: z.string(), message: z.string() }),
  /** `seq` is that of the one task of the connection; absent on a socket of many tasks. */
  z.object({ type: z.literal('heartbeat'), seq: countSchema.optional(), timestamp: z.date() }),
  z.object({ type: z.literal('pong'), timestamp: z.date() }),
  /** `taskId` where it is about a `subscribe_task` that could not be answered. */
  z.object({ type: z.literal('error'), taskId: z.string().optional(), message: z.string() }),
  /** The first message of a socket of many tasks. */
  z.object({
    type: z.literal('connection_info'),
    message: z.string(),
    supportedCommands: z.array(z.string()),
    timestamp: z.date(),
  }),
])
/** What the server sends over a WebSocket or as Server-Sent Events, told apart by `type`. */
export type ServerMessage = z.infer<typeof serverMessageSchema>

/** The server's message of a type, for example `ServerMessageOf<'status_update'>`. */
export type ServerMessageOf<Type extends ServerMessage['type']> = Extract<
  ServerMessage,
  { type: Type }
>

/** What a client sends over a WebSocket; on the socket of one task only `ping`. */
export const clientMessageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ping') }),
  z.object({ type: z.literal('subscribe_task'), taskId: z.string().min(1) }),
  z.object({ type: z.literal('unsubscribe_task'), taskId: z.string().min(1) }),
  z.object({ type: z.literal('subscribe_all') }),
])
/** What a client sends over a WebSocket. */
export type ClientMessage = z.infer<typeof clientMessageSchema>

/** The commands of a socket of many tasks, as its `connection_info` lists them. */
export const socketCommands: readonly ClientMessage['type'][] = clientMessageSchema.options.map(
  (option) => option.shape.type.value,
)

export { closeCodes } from './close-codes.ts'

/** The last line of a program's output of a run, after its events. */
export const resultMessageSchema = z.object({
  type: z.literal('result'),
  data: statusDocumentSchema,
})
/** The last line of a program's output of a run, after its events. */
export type ResultMessage = z.infer<typeof resultMessageSchema>
