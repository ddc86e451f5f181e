import type { Storage } from '@cairn/core'
import { chroma } from '@cairn/store-chroma'
import { neo4j } from '@cairn/store-neo4j'

/** Stores of an index that are servers, and a place in them, as plain data. */
export interface ServerStores {
  readonly chroma?: { readonly url: string; readonly collectionPrefix: string }
  readonly neo4j?: {
    readonly url: string
    readonly auth: { readonly username: string; readonly password: string }
  }
}

/** Connects with them; what they hold takes the place of what the embedded store would. */
export function openServerStores(stores: ServerStores | null): {
  readonly storage: Partial<Storage>
  close(): Promise<void>
} {
  const vectors = stores?.chroma ? chroma(stores.chroma) : null
  const graph = stores?.neo4j ? neo4j(stores.neo4j) : null
  return {
    storage: { ...(vectors ? { vectors } : {}), ...(graph ? { graph } : {}) },
    async close() {
      await vectors?.close()
      await graph?.close()
    },
  }
}
