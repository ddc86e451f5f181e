/**
 * One promise of a contract as data: it opens what it tests, runs, and disposes of it again. A test
 * runner needs `name` and `run` alone.
 */
export interface ConformanceCase {
  /** The part of the contract that the promise belongs to. */
  readonly group: string
  /** The behaviour that is held. */
  readonly name: string
  /** Rejects where the behaviour does not hold. */
  run(): Promise<void>
}

/** A thing under test, opened for one case. */
export interface OpenedSubject<Subject> {
  readonly store: Subject
  /** Closes the store and takes away what it left, for example its folder. */
  dispose(): Promise<void>
}

/** What every suite of a store takes. */
export interface StoreConformanceOptions<Subject> {
  /** Name of the suite, for example the adapter's. */
  readonly name: string
  /**
   * Opens a store for one case. Each case writes under names of its own, so the backend behind it
   * may be the same every time and need not be empty.
   */
  create(): Promise<OpenedSubject<Subject>>
  /** Random sequences for each law that is checked against a model. @default 20 */
  readonly propertyRuns?: number
}

/** A behaviour of an opened subject, before it is bound to what opens one. */
export interface Behaviour<Subject> {
  readonly group: string
  readonly name: string
  hold(subject: Subject): Promise<void>
}

/** Behaviours under one group, by the name each of them has in a report. */
export function behaviours<Subject>(
  group: string,
  byName: Readonly<Record<string, (subject: Subject) => Promise<void>>>,
): readonly Behaviour<Subject>[] {
  return Object.entries(byName).map(([name, hold]) => ({ group, name, hold }))
}

/** Binds behaviours to what opens their subject; each run opens one and disposes of it. */
export function bindBehaviours<Subject>(
  list: readonly Behaviour<Subject>[],
  open: () => Promise<{ subject: Subject; dispose(): Promise<void> }>,
): readonly ConformanceCase[] {
  return list.map(({ group, name, hold }) => ({
    group,
    name,
    run: async () => {
      const { subject, dispose } = await open()
      try {
        await hold(subject)
      } finally {
        await dispose()
      }
    },
  }))
}
