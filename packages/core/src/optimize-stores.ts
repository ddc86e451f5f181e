import type { OptimizeAnswer } from '@cairn/protocol'
import type { Storage } from './contracts/storage.ts'
import { typedErrors } from './errors.ts'

/**
 * Has every store looked after that can be.
 * @throws StoreError `STORE_LOCKED` while another process writes
 */
export function optimizeStores(storage: Storage, mayBlock: boolean): Promise<OptimizeAnswer> {
  return typedErrors(undefined, 'STORE_FAILED', async () => {
    const { journal } = storage
    const startedMs = performance.now()
    await journal.acquireWriter()
    const sizeBytesBefore = await journal.sizeBytes()
    const stores = new Set<string>()
    for (const store of [journal, storage.vectors, storage.graph]) {
      if (!store.optimize) continue
      await store.optimize({ mayBlock })
      stores.add(store.id)
    }
    return {
      stores: [...stores],
      sizeBytesBefore,
      sizeBytesAfter: await journal.sizeBytes(),
      duration: (performance.now() - startedMs) / 1000,
    }
  })
}
