/** A source of values of which a slow reader gets the newest. */
export interface LatestValues<Value> {
  push(value: Value): void
  /** Ends every reader once it has the newest value; with an error where one is given. */
  end(error?: unknown): void
  /** A reader. `first` is what it gets first; `onLeave` is called when it is left before the end. */
  read(first: Value | null, onLeave: () => void): AsyncIterableIterator<Value>
}

interface Reader<Value> {
  push(value: Value): void
  end(): void
}

/** A source of values of which a slow reader gets the newest. */
export function createLatestValues<Value>(): LatestValues<Value> {
  const readers = new Set<Reader<Value>>()
  let ended: { readonly error: unknown } | null = null

  const read = (first: Value | null, onLeave: () => void): AsyncIterableIterator<Value> => {
    let unread = first
    let isOver = false
    const waiting: PromiseWithResolvers<IteratorResult<Value>>[] = []
    const settle = (): void => {
      while (waiting.length > 0) {
        if (unread !== null) {
          const value = unread
          unread = null
          waiting.shift()?.resolve({ done: false, value })
        } else if (ended !== null || isOver) {
          const next = waiting.shift()
          if (ended?.error !== undefined && !isOver) next?.reject(ended.error)
          else next?.resolve({ done: true, value: undefined })
          isOver = true
        } else return
      }
    }
    const reader: Reader<Value> = {
      push(value) {
        unread = value
        settle()
      },
      end: settle,
    }
    if (ended === null) readers.add(reader)
    return {
      [Symbol.asyncIterator]() {
        return this
      },
      next() {
        const next = withResolvers<IteratorResult<Value>>()
        waiting.push(next)
        settle()
        return next.promise
      },
      async return() {
        readers.delete(reader)
        unread = null
        if (!isOver && ended === null) onLeave()
        isOver = true
        settle()
        return { done: true, value: undefined }
      },
    }
  }

  return {
    read,
    push(value) {
      for (const reader of readers) reader.push(value)
    },
    end(error) {
      ended ??= { error }
      for (const reader of readers) reader.end()
      readers.clear()
    },
  }
}

interface PromiseWithResolvers<Value> {
  readonly promise: Promise<Value>
  readonly resolve: (value: Value) => void
  readonly reject: (error: unknown) => void
}

// Promise.withResolvers is of Node 22.
function withResolvers<Value>(): PromiseWithResolvers<Value> {
  let resolve: (value: Value) => void = () => {}
  let reject: (error: unknown) => void = () => {}
  const promise = new Promise<Value>((onValue, onError) => {
    resolve = onValue
    reject = onError
  })
  return { promise, resolve, reject }
}
