/**
 * Takes an item out of a list; false where it is not in it.
 *
 * What comes and goes for as long as a process lives, and holds on to more than itself, is kept in such lists and not
 * in a `Set` or `Map`: a table that V8 has replaced stays linked to the one that came after it, so that a dead one in
 * the old generation takes there all that come later, with what they held (docs/decisions/0025).
 */
export function takeOut<T>(list: T[], item: T): boolean {
  const at = list.indexOf(item)
  if (at === -1) return false
  list.splice(at, 1)
  return true
}
