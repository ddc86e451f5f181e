/** Ends a subscription. */
export type Unsubscribe = () => void

/** What {@link createEmitter} makes. */
export interface Emitter<Events extends object> {
  /** Calls the listener with every value from now on, until the function that it returns is called. */
  on<Name extends keyof Events>(name: Name, listener: (value: Events[Name]) => void): Unsubscribe
  /** Calls every listener. One that throws does not keep the others from it: the error is thrown outside. */
  emit<Name extends keyof Events>(name: Name, value: Events[Name]): void
  /** Forgets every listener. */
  clear(): void
}

/** Listeners by the name of an event. */
export function createEmitter<Events extends object>(): Emitter<Events> {
  const byName = new Map<keyof Events, Set<(value: never) => void>>()
  return {
    on(name, listener) {
      // A listener that is added twice is called twice, and removed once.
      const entry = (value: Events[typeof name]): void => listener(value)
      const listeners = byName.get(name) ?? new Set()
      byName.set(name, listeners.add(entry))
      return () => {
        listeners.delete(entry)
      }
    },
    emit(name, value) {
      for (const listener of [...(byName.get(name) ?? [])]) {
        try {
          ;(listener as (value: Events[typeof name]) => void)(value)
        } catch (error) {
          queueMicrotask(() => {
            throw error
          })
        }
      }
    },
    clear: () => byName.clear(),
  }
}
