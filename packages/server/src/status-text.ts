import {
  encode,
  type ServerMessage,
  type StatusDocument,
  statusDocumentSchema,
} from '@cairn/protocol'
import { createFrame, type Frame } from './frame.ts'
import { withoutHostPaths } from './hide-paths.ts'

/** Types of messages that carry a status document. */
export type StatusMessageType = Extract<ServerMessage, { data: StatusDocument }>['type']

/** A status document and what is sent of it, made once. */
export interface StatusText {
  readonly status: StatusDocument
  /** The document as JSON. */
  readonly json: string
  /** The document as a message of the streams. */
  frame(type: StatusMessageType): Frame
}

/** The text of a document. */
export function createStatusText(
  status: StatusDocument,
  options: { readonly exposeStackTraces: boolean },
): StatusText {
  const frames = new Map<StatusMessageType, Frame>()
  const json = JSON.stringify(withoutHostPaths(encode(statusDocumentSchema, status, options)))
  return {
    status,
    json,
    frame(type) {
      let frame = frames.get(type)
      if (!frame) {
        // Put together, so that the document is not serialised once for each type of message.
        const head = `{"type":"${type}","task_id":${JSON.stringify(status.taskId)},"seq":${status.seq}`
        frame = createFrame(`${head},"data":${json}}`, status.seq)
        frames.set(type, frame)
      }
      return frame
    },
  }
}
