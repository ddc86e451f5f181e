/** Each value as it comes, while the one after it is asked for already. */
export async function* readAhead<T>(source: AsyncGenerator<T>): AsyncGenerator<T> {
  const ask = (): Promise<IteratorResult<T>> => {
    const answer = source.next()
    // A rejection is met when the value is wanted, which may be later.
    answer.catch(() => undefined)
    return answer
  }
  let next = ask()
  try {
    for (;;) {
      const { value, done } = await next
      if (done) return
      next = ask()
      yield value
    }
  } finally {
    // Waits for what was asked.
    await source.return(undefined)
  }
}
