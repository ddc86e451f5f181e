import { fetchSchemathesis } from '@cairn/servers'
import { fetchOrSkip } from '@cairn/servers/vitest'
import { expect, test } from 'vitest'
import { createWorkbench } from './workbench.test-support.ts'

test('Schemathesis finds every answer as documented, and no 5xx', async (context) => {
  const run = await fetchOrSkip(context, fetchSchemathesis)
  const bench = createWorkbench()
  context.onTestFinished(() => bench.close())
  const { url } = await bench.mount({
    source: bench.indexer,
    control: true,
    allowedRoots: [bench.folder],
  })
  await bench.indexer.index({ path: bench.repository('shop'), name: 'shop' }).finished
  const { stdout } = await run(
    [
      ...['run', `${url}/openapi.json`, '--url', url, '--no-color'],
      ...['--max-examples', '15', '--generation-deterministic'],
      // A path, an address or a cursor of the right shape may still be none.
      ...['--exclude-checks', 'positive_data_acceptance'],
    ],
    bench.folder,
  ).catch((error: { stdout?: string }) => ({ stdout: error.stdout ?? String(error) }))
  expect(stdout).toMatch(/Tested: 21\b/)
  expect(stdout).not.toMatch(/Failures:|Errors:/)
  expect(stdout).toMatch(/[1-9]\d* generated, [1-9]\d* passed/)
})
