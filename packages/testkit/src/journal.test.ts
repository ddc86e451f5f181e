import { memoryJournal, openMemoryJournal } from './fixtures/memory-journal.ts'
import { memoryPlace } from './fixtures/memory-place.ts'
import { journalConformance } from './journal-conformance.ts'

journalConformance({
  name: 'a journal in memory',
  create: async () => openMemoryJournal(),
  createPair: async () => {
    const place = memoryPlace()
    return {
      first: { store: memoryJournal(place), dispose: async () => {} },
      second: { store: memoryJournal(place), dispose: async () => {} },
    }
  },
})
