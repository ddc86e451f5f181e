import { defaultBasePath } from '@cairn/protocol'
import type { ServerLimits, ServerLogger } from './options.ts'

/** Limits, all of them. */
export type FilledLimits = Required<ServerLimits>

const defaults: FilledLimits = {
  maxConnections: 5_000,
  maxConnectionsPerAddress: 1_000,
  maxSubscriptions: 1_000,
  maxBodyBytes: 1_048_576,
  maxMessageBytes: 4_096,
  maxMessagesPerSecond: 50,
  coalesceAboveBytes: 262_144,
  cutAboveBytes: 1_048_576,
  stallAfterMs: 10_000,
  heartbeatMs: 15_000,
  updateIntervalMs: 250,
  authorizeTimeoutMs: 10_000,
  retryAfterSeconds: 5,
}

/** The limits with a default for each that is absent. */
export function fillLimits(limits: ServerLimits = {}): FilledLimits {
  return { ...defaults, ...limits }
}

/** The base path without a slash at its end; empty for the root. */
export function fillBasePath(basePath: string = defaultBasePath): string {
  return basePath.replace(/\/+$/, '')
}

/** A logger that says nothing. */
export const silentLogger: ServerLogger = { debug() {}, warn() {}, error() {} }
