/** Freezes a value and what it holds. A fold shares what did not change, so little of it is new. */
export function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
  Object.freeze(value)
  for (const held of Object.values(value)) freeze(held)
}
