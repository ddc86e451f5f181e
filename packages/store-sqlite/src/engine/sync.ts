/** A contract as the engine implements it: inside its thread nothing has to be waited for. */
export type Sync<T> = {
  readonly [Key in keyof T as T[Key] extends (...values: never[]) => Promise<unknown>
    ? Key
    : never]: T[Key] extends (...values: infer Values) => Promise<infer Result>
    ? (...values: Values) => Result
    : never
}

/**
 * Work in several short transactions, one up to each `yield`, so that other writes need not wait
 * for all of it.
 */
export type Stepwise<Values extends unknown[], Result> = (
  ...values: Values
) => Generator<undefined, Result, undefined>
