// What a program does with cairn as an ES module: index a repository, watch it, search it.
import assert from 'node:assert/strict'
import { createIndexer } from 'cairn'

const indexer = createIndexer({ dataDirectory: 'data-import' })
try {
  const run = indexer.index({ path: 'repository' })
  const stages = []
  run.on('stage.completed', (event) => stages.push(event.stage))
  const result = await run.finished
  assert.ok(result.chunks > 0, 'nothing was indexed')
  assert.deepEqual(result.problems, [])
  assert.ok(stages.includes('validating'), `the stages were ${stages.join(', ')}`)
  assert.equal(run.status()?.status, 'completed')

  const { hits } = await indexer.search('where are failed requests retried')
  assert.equal(hits[0]?.path, 'src/retry.ts')
} finally {
  await indexer.close()
}

// What loads for those who build on the parts.
await Promise.all(
  [
    '@cairn/core',
    '@cairn/embedder-ai-sdk',
    '@cairn/embedder-http',
    '@cairn/embedder-static',
    '@cairn/protocol',
    '@cairn/store-chroma',
    '@cairn/store-sqlite',
    '@cairn/testkit/cases',
  ].map((name) => import(name)),
)
