/** Levels of a log, from the least to the most severe. */
export const logLevels = ['DEBUG', 'INFO', 'WARNING', 'ERROR'] as const
/** A level of a log, one of {@link logLevels}. */
export type LogLevel = (typeof logLevels)[number]

/** Less than 0 when `left` is less severe than `right`, 0 when they are the same. */
export function compareLevels(left: LogLevel, right: LogLevel): number {
  return logLevels.indexOf(left) - logLevels.indexOf(right)
}

/** Whether `level` is as severe as `minimum` or more so. */
export function isAtLeast(level: LogLevel, minimum: LogLevel): boolean {
  return compareLevels(level, minimum) >= 0
}
