import { randomBytes } from 'node:crypto'

function fresh(prefix: string): string {
  return `${prefix}${randomBytes(16).toString('hex')}`
}

/** Name of a repository that nothing else uses. */
export function freshRepository(): string {
  return fresh('repository-')
}

/** Fingerprint of an embedder that nothing else uses. */
export function freshFingerprint(): string {
  return fresh('fingerprint-')
}

/** Id of a file version, of the shape that cairn gives them, that nothing else uses. */
export function freshVersion(): string {
  return fresh('v')
}

/** Id of an edge set, of the shape that cairn gives them, that nothing else uses. */
export function freshEdgeSet(): string {
  return fresh('e')
}

/** Id of a symbol's node, of the shape that cairn gives them, that nothing else uses. */
export function freshNodeId(): string {
  return fresh('s')
}

/** Id of a task or run that nothing else uses. */
export function freshTaskId(): string {
  return fresh('task-')
}
