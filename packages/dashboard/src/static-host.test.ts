import { readFile } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { afterEach, expect, inject, test } from 'vitest'
import { describeInBrowser } from './browser-suite.test-support.ts'
import { useShownPages } from './shown-pages.test-support.ts'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
}

describeInBrowser('the page elsewhere', () => {
  const { show, open } = useShownPages()
  const closers: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const close of closers.splice(0)) await close()
  })

  /** A server beside that of the status; its origin. */
  async function hostOf(listener: RequestListener): Promise<string> {
    const host = createServer(listener)
    await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve))
    closers.push(async () => {
      host.closeAllConnections()
      await new Promise((resolve) => host.close(resolve))
    })
    return `http://127.0.0.1:${(host.address() as AddressInfo).port}`
  }

  test('stands on a host of static files, with the server’s address in its own', async () => {
    const shown = await show()
    await (await shown.index('client')).finished
    const { origin, pathname } = new URL(shown.page)
    const api = pathname.replace(/dashboard\/$/, '')
    // A host that knows nothing of the page: it passes every path on, the page’s under another name.
    const host = await hostOf(async (request, response) => {
      const path = (request.url ?? '').replace(/^\/tools\//, `${api}dashboard/`)
      const answer = await fetch(origin + path)
      response.writeHead(answer.status, {
        'content-type': answer.headers.get('content-type') ?? '',
      })
      response.end(Buffer.from(await answer.arrayBuffer()))
    })
    const page = await open(`${host}/tools/?api=${api}`)
    await page.getByRole('link', { name: 'client' }).waitFor()
    // It cannot upgrade, so the page asks again and again instead.
    await page.getByText('Every few seconds').waitFor()
  })

  test('follows a server of another origin, whose address stands where the guide says', async () => {
    let api = ''
    const host = await hostOf(async (request, response) => {
      const path = request.url === '/' ? '/index.html' : (request.url ?? '')
      let body = await readFile(join(inject('pageFolder'), path), 'utf8')
      if (path === '/index.html') {
        const { origin, host: name } = new URL(api)
        body = body
          .replace('name="cairn-api" content=".."', `name="cairn-api" content="${api}"`)
          .replace("connect-src 'self'", `connect-src ${origin} ws://${name}`)
      }
      response.writeHead(200, { 'content-type': types[extname(path)] ?? '' })
      response.end(body)
    })
    const shown = await show({ control: true, pageOrigin: host })
    api = shown.page.replace(/\/dashboard\/$/, '')
    shown.letThrough(1)
    const run = await shown.index('client')
    const page = await open(`${host}/#/tasks/${run.taskId}`, { apiHost: new URL(api).host })
    await page.getByText('Live', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel the run' }).click()
    await page.getByText('Cancelled', { exact: true }).first().waitFor()
    expect((await shown.indexer.status(run.taskId)).status).toBe('cancelled')
  })
})
