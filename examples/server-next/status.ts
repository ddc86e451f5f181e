/** The status server of this application, which indexes `REPOSITORY`, or else the folder that it runs in. */
import { createStatusServer, type StatusServer } from '@cairn/server'
import { createIndexer } from 'cairn'

const kept = globalThis as { statusServer?: StatusServer }

/** Made on the first request: `next build` loads this file too. Next may load it twice, so it is kept outside. */
export function statusServer(): StatusServer {
  kept.statusServer ??= startIndexing()
  return kept.statusServer
}

function startIndexing(): StatusServer {
  const indexer = createIndexer()
  indexer.index({ path: process.env.REPOSITORY ?? '.' })
  return createStatusServer({ source: indexer })
}
