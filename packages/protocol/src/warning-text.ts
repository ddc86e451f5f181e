import type { IndexEventOf } from './events.ts'

/** A warning as it is listed and logged: where it is of a file, it names it. */
export function warningText({ message, path }: IndexEventOf<'warning.recorded'>): string {
  return path === null || message.includes(path) ? message : `${path}: ${message}`
}
