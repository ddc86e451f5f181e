import type { Journal } from '@cairn/core'
import type { OpenedSubject, StoreConformanceOptions } from '../conformance-case.ts'

/** A journal opened for one case. */
export interface OpenedJournal extends OpenedSubject<Journal> {
  /** Takes the words of a version's chunks out of the text index, behind the journal's back. */
  loseWords(version: string): Promise<void>
}

/** One journal, opened twice as two processes would. */
export interface JournalPair {
  readonly first: OpenedSubject<Journal>
  readonly second: OpenedSubject<Journal>
}

/** What `journalConformance` takes. The suite makes the journal of `create` the writer. */
export interface JournalConformanceOptions
  extends Omit<StoreConformanceOptions<Journal>, 'create'> {
  /** As for every store. */
  create(): Promise<OpenedJournal>
  /**
   * Opens a journal that nothing else uses twice, as two processes would. A case may close the first
   * before its `dispose` does. Without this, what concerns a second process is not tested.
   */
  createPair?(): Promise<JournalPair>
}
