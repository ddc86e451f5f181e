import type { LogEntry, LogLevel } from '@cairn/protocol'
import { moment } from './moment.ts'
import type { Paint, Role } from './paint.ts'
import { printable } from './printable.ts'

const roles: Readonly<Record<LogLevel, Role>> = {
  DEBUG: 'quiet',
  INFO: 'good',
  WARNING: 'caution',
  ERROR: 'bad',
}

/** One line of a task's log. */
export function logLine(entry: LogEntry, paint: Paint): string {
  const level = paint(roles[entry.level], entry.level.padEnd(7))
  return `${paint('quiet', moment(entry.timestamp))} ${level} ${entry.stage.padEnd(10)} ${printable(entry.message)}`
}
