import { Fault } from './fault.ts'

/** Lists that are read in pages. */
export type PagedList = 'tasks' | 'ended tasks' | 'events' | 'logs' | 'texts'

/** The place after which a list goes on, opaque to the caller. */
export function encodeCursor(list: PagedList, place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([list, ...place])).toString('base64url')
}

/**
 * The place that {@link encodeCursor} was given.
 * @throws Fault `INVALID_OPTIONS` for anything that is no cursor of this list.
 */
export function decodeCursor(
  list: PagedList,
  cursor: string,
  shape: readonly ('string' | 'number')[],
): (string | number)[] {
  let named: unknown
  try {
    named = JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    named = null
  }
  const [name, ...place] = Array.isArray(named) ? named : []
  if (
    name !== list ||
    place.length !== shape.length ||
    !shape.every((type, index) => typeof place[index] === type)
  ) {
    throw new Fault('INVALID_OPTIONS', `"${cursor}" is no cursor of this list.`)
  }
  return place
}
