import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { vectorStoreConformance } from '@cairn/testkit'
import { afterAll } from 'vitest'
import { sqlite } from './index.ts'

const folder = await mkdtemp(join(tmpdir(), 'cairn-conformance-'))
for (const driver of ['node'] as const) {
  const store = sqlite({ path: join(folder, `${driver}.db`), driver })
  afterAll(async () => {
    await store.close()
    await rm(folder, { recursive: true, force: true })
  })
  vectorStoreConformance({
    name: `vectors with ${driver}`,
    create: async () => ({ store: store.vectors, dispose: async () => {} }),
  })
}
