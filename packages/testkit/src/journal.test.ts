import { memoryJournal } from './fixtures/memory-journal.ts'
import { memoryPlace } from './fixtures/memory-place.ts'
import { journalConformance } from './journal-conformance.ts'

journalConformance({
  name: 'a journal in memory',
  create: async () => ({ store: memoryJournal(), dispose: async () => {} }),
  createPair: async () => {
    const place = memoryPlace()
    return {
      first: { store: memoryJournal(place), dispose: async () => {} },
      second: { store: memoryJournal(place), dispose: async () => {} },
    }
  },
})
