// The same from CommonJS, by `require` and by a dynamic import.
const assert = require('node:assert/strict')
const { CairnError, createIndexer } = require('cairn')

async function main() {
  assert.equal((await import('cairn')).createIndexer, createIndexer)
  const indexer = createIndexer({ dataDirectory: 'data-require' })
  try {
    const result = await indexer.index({ path: 'repository' }).finished
    assert.ok(result.chunks > 0, 'nothing was indexed')
    await assert.rejects(indexer.index({ path: 'nowhere' }).finished, (error) =>
      CairnError.isInstance(error),
    )
  } finally {
    await indexer.close()
  }
}

main()
