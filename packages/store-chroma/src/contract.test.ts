import { describeWithServer } from '@cairn/servers/vitest'
import { vectorStoreConformance } from '@cairn/testkit'
import { chroma } from './chroma.ts'

describeWithServer('chroma', 'on a real server', (server) => {
  vectorStoreConformance({
    name: 'vectors in Chroma',
    create: async () => {
      const store = chroma({ url: server().url })
      return { store, dispose: () => store.close() }
    },
  })
})
