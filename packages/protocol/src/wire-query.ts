import { wireKey } from './wire-key.ts'

/** The names and values of a query string, as the schemas of the queries write them: lists with commas. */
export function wireQuery(query: object): [name: string, value: string][] {
  return Object.entries(query)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => [
      wireKey(key),
      value instanceof Date ? value.toISOString() : String(value),
    ])
}
