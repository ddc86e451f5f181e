/** What emits events, as the servers of Node do. */
export interface Emitting {
  /** Calls the listeners of an event. */
  emit(event: string, ...parameters: unknown[]): boolean
}

/**
 * Looks at an event before any of its listeners.
 *
 * @param take with true the listeners are not called
 * @returns what takes it off again
 */
export function interceptEvent<Parameters extends unknown[]>(
  emitter: Emitting,
  name: string,
  take: (...parameters: Parameters) => boolean,
): () => void {
  const { emit } = emitter
  let isOn = true
  const intercept: Emitting['emit'] = function (this: Emitting, event, ...parameters) {
    if (isOn && event === name && take(...(parameters as Parameters))) return true
    return emit.call(this, event, ...parameters)
  }
  emitter.emit = intercept
  return () => {
    isOn = false
    // Somebody who did the same later still calls this one.
    if (emitter.emit === intercept) emitter.emit = emit
  }
}
