import { initialStatus, type StatusDocument } from '@cairn/protocol'

/** The status of a task `t1` of the repository `shop` that was queued, and nothing else. */
export const queuedStatus: StatusDocument = initialStatus({
  type: 'run.queued',
  taskId: 't1',
  runId: 'r1',
  seq: 1,
  at: new Date(0),
  repository: 'shop',
  source: { kind: 'local', path: '/shop', ref: null },
})
