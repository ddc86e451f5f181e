import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'vitest'
import { describeInBrowser } from './browser-suite.test-support.ts'
import { useShownPages } from './shown-pages.test-support.ts'

describeInBrowser('the page elsewhere', () => {
  const { show, open } = useShownPages()

  test('stands on a host of static files, with the server’s address in its own', async () => {
    const shown = await show()
    await (await shown.index('client')).finished
    const { origin, pathname } = new URL(shown.page)
    const api = pathname.replace(/dashboard\/$/, '')
    // A host that knows nothing of the page: it passes every path on, the page’s under another name.
    const host = createServer(async (request, response) => {
      const path = (request.url ?? '').replace(/^\/tools\//, `${api}dashboard/`)
      const answer = await fetch(origin + path)
      response.writeHead(answer.status, {
        'content-type': answer.headers.get('content-type') ?? '',
      })
      response.end(Buffer.from(await answer.arrayBuffer()))
    })
    await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve))
    const { port } = host.address() as AddressInfo
    try {
      const page = await open(`http://127.0.0.1:${port}/tools/?api=${api}`)
      await page.getByRole('link', { name: 'client' }).waitFor()
      // It cannot upgrade, so the page asks again and again instead.
      await page.getByText('Every few seconds').waitFor()
    } finally {
      host.closeAllConnections()
      await new Promise((resolve) => host.close(resolve))
    }
  })
})
