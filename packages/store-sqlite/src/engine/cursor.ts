import { Fault } from './fault.ts'

/** The place after which a list goes on, opaque to the caller. */
export function encodeCursor(place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url')
}

/**
 * What {@link encodeCursor} was given.
 * @throws Fault `INVALID_OPTIONS` for anything that is no cursor of this list.
 */
export function decodeCursor(
  cursor: string,
  shape: readonly ('string' | 'number')[],
): (string | number)[] {
  let place: unknown
  try {
    place = JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    place = null
  }
  if (
    !Array.isArray(place) ||
    place.length !== shape.length ||
    !shape.every((type, index) => typeof place[index] === type)
  ) {
    throw new Fault('INVALID_OPTIONS', `"${cursor}" is no cursor of this list.`)
  }
  return place
}
