import type { Journal } from '@cairn/core'
import type { OpenedSubject, StoreConformanceOptions } from '../conformance-case.ts'

/** A journal opened for one case. */
export type OpenedJournal = OpenedSubject<Journal>

/** One journal, opened twice as two processes would. */
export interface JournalPair {
  readonly first: OpenedJournal
  readonly second: OpenedJournal
}

/** What `journalConformance` takes. The suite makes the journal of `create` the writer. */
export interface JournalConformanceOptions extends StoreConformanceOptions<Journal> {
  /**
   * Opens a journal that nothing else uses twice, as two processes would. A case may close the first
   * before its `dispose` does. Without this, what concerns a second process is not tested.
   */
  createPair?(): Promise<JournalPair>
}
