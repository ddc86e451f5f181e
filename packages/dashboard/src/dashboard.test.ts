import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { AxeBuilder } from '@axe-core/playwright'
import type { NewIndexEvent } from '@cairn/protocol'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, inject, test } from 'vitest'
import { launchBrowser, openPage, type WatchedPage } from './browser.test-support.ts'
import { describeInBrowser } from './browser-suite.test-support.ts'
import { type ShownIndexer, showIndexer } from './shown-indexer.test-support.ts'

const pageFolder = inject('pageFolder')

let browser: Browser
const opened: WatchedPage[] = []
const shownHere: ShownIndexer[] = []

async function show(options: { control?: boolean } = {}): Promise<ShownIndexer> {
  const shown = await showIndexer({ pageFolder, ...options })
  shownHere.push(shown)
  return shown
}

async function open(url: string, options: BrowserContextOptions = {}): Promise<Page> {
  const watched = await openPage(browser, url, options)
  opened.push(watched)
  return watched.page
}

/** Every violation of accessibility on the page as it is. */
async function inaccessible(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`))
}

describeInBrowser('the page', () => {
  beforeAll(async () => {
    browser = await launchBrowser()
  })
  afterAll(() => browser?.close())
  afterEach(async () => {
    const pages = opened.splice(0)
    const ended = shownHere.splice(0)
    await Promise.all(pages.map((page) => page.close()))
    await Promise.all(ended.map((shown) => shown.close()))
    // Of every test: nothing against the policy, nothing from elsewhere.
    expect(pages.flatMap(({ violations }) => violations)).toEqual([])
    expect(pages.flatMap(({ foreign }) => foreign)).toEqual([])
  })

  test('shows a run live, to its end', async () => {
    const shown = await show()
    shown.letThrough(1)
    const run = await shown.index('client')
    const page = await open(shown.page)
    await page.getByRole('link', { name: 'client', exact: true }).click()
    const overall = page.getByRole('progressbar', { name: 'Overall progress' })
    await page.getByRole('progressbar', { name: 'Stage embedding' }).waitFor()
    const seen: number[] = []
    for (let step = 0; step < 3; step += 1) {
      const before = Number(await overall.getAttribute('aria-valuenow'))
      seen.push(before)
      shown.letThrough(2)
      await expect
        .poll(async () => Number(await overall.getAttribute('aria-valuenow')), { timeout: 20_000 })
        .toBeGreaterThan(before)
    }
    expect(seen.every((percent) => percent < 100)).toBe(true)
    await page.getByTestId('current-file').waitFor()
    await page.getByRole('img', { name: /^A second\. Now .* embedded\.$/ }).waitFor()
    shown.letThrough(Number.POSITIVE_INFINITY)
    await run.finished
    await page.getByText(/^Completed after/).waitFor()
    expect(await page.getByTestId('overall').textContent()).toBe('100%')
    const status = await shown.indexer.status(run.taskId)
    await page
      .getByRole('button', { name: `Indexed ${status.files.indexed}`, exact: true })
      .waitFor()
    await page.getByRole('row', { name: /^validating/ }).waitFor()
    await page.getByRole('listitem').filter({ hasText: 'The run has completed' }).waitFor()
  })

  test('says that the connection is lost, and recovers', async () => {
    const shown = await show()
    shown.letThrough(0)
    const run = await shown.index('client')
    const page = await open(`${shown.page}#/tasks/${run.taskId}`)
    await page.getByText('Live', { exact: true }).waitFor()
    await page.getByRole('heading', { name: 'client' }).waitFor()
    const announced = page.locator('[aria-live="polite"]')
    shown.cut(true)
    await page.getByTestId('connection-lost').waitFor()
    await page.getByText('Reconnecting', { exact: true }).waitFor()
    expect(await announced.textContent()).toBe('The connection is lost. Trying to reconnect.')
    // What was known stays in sight, and what happens meanwhile is not lost.
    await page.getByRole('heading', { name: 'client' }).waitFor()
    shown.letThrough(Number.POSITIVE_INFINITY)
    await run.finished
    shown.cut(false)
    await page.getByText(/^Completed after/).waitFor()
    await page.getByText('Live', { exact: true }).waitFor()
    await page.getByTestId('connection-lost').waitFor({ state: 'detached' })
  })

  test('compares with earlier runs, and lists files and log', async () => {
    const shown = await show()
    const path = await shown.repository('client')
    const include = ['src/react.ts']
    await shown.indexer.index({ path, name: 'client', include }).finished
    const second = await shown.indexer.index({ path, name: 'client' })
    await second.finished
    const page = await open(`${shown.page}#/tasks/${second.taskId}`)
    await page.getByText('the last completed run of client').waitFor()
    await page.getByRole('columnheader', { name: 'Before' }).waitFor()

    const files = page.getByRole('region', { name: 'Files' })
    await files.getByRole('button', { name: /^Unchanged 1$/ }).click()
    await files.getByRole('listitem').filter({ hasText: 'src/react.ts' }).waitFor()
    expect(await files.getByRole('listitem').count()).toBe(1)
    await files.getByRole('button', { name: /^Indexed/ }).click()
    await files.getByPlaceholder('Filter by path').fill('watch-task.ts')
    await files.getByRole('listitem').filter({ hasText: 'src/watch-task.ts' }).waitFor()
    await expect.poll(() => files.getByRole('listitem').count(), { timeout: 20_000 }).toBe(1)

    const log = page.getByRole('region', { name: 'Log' })
    await log.getByRole('combobox').selectOption('DEBUG')
    await log.getByPlaceholder('Search the messages').fill('backoff')
    await log.getByRole('listitem').filter({ hasText: 'src/backoff.ts: indexed.' }).waitFor()
    await log.getByPlaceholder('Search the messages').fill('')
    await log.getByPlaceholder('Path of a file').fill('src/follow.ts')
    await expect.poll(() => log.getByRole('listitem').count(), { timeout: 20_000 }).toBe(1)
    await log.getByRole('combobox').selectOption('ERROR')
    await log.getByText('No line matches.').waitFor()
  })

  test('says of each error what to do about it', async () => {
    const shown = await show()
    const run = shown.indexer.index({ path: `${shown.folder}/nowhere`, name: 'nowhere' })
    await run.finished.catch(() => {})
    const page = await open(shown.page)
    await page.getByRole('link', { name: 'nowhere' }).click()
    await page.getByText('SOURCE_NOT_FOUND').waitFor()
    await page.getByText('Check the path or the address for a typing mistake').waitFor()
    await expect
      .poll(() => page.getByText('Failed', { exact: true }).count(), { timeout: 20_000 })
      .toBeGreaterThan(0)
  })

  test('searches, colours code and draws its neighbours', async () => {
    const shown = await show()
    await (await shown.index('client')).finished
    const page = await open(`${shown.page}#/search`)
    await page.getByPlaceholder('Where are failed').fill('backoffDelay')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: /^src\/backoff\.ts:9–/ }).waitFor()
    await page.locator('.hljs-keyword').first().waitFor()
    await page
      .getByRole('img', { name: /neighbours of/ })
      .first()
      .waitFor()
    expect(page.url()).toContain('q=backoffDelay')
    await page.goBack()
    await page.getByText('Ask in your own words').waitFor()
  })

  test('shows what a repository holds', async () => {
    const shown = await show()
    await (await shown.index('client')).finished
    const [info] = await shown.indexer.repositories()
    const page = await open(`${shown.page}#/repositories`)
    await page.getByRole('link', { name: /^client/ }).click()
    await page.getByRole('heading', { name: 'client' }).waitFor()
    await page.getByText(String(info?.commit)).waitFor()
    // Without control nothing can be changed.
    expect(await page.getByRole('button', { name: 'Remove' }).count()).toBe(0)
  })

  test('starts, pauses, resumes, cancels, updates and removes where control is on', async () => {
    const shown = await show({ control: true })
    shown.letThrough(0)
    const path = await shown.repository('client')
    const page = await open(shown.page)
    // A run stops between two calls of the embedder, of which it gets one at a time.
    const nudge = async (status: string): Promise<void> => {
      const badge = page.locator('.head').getByText(status)
      const next = async (): Promise<boolean> => {
        shown.letThrough(1)
        return badge.isVisible()
      }
      await expect.poll(next, { timeout: 20_000, interval: 250 }).toBe(true)
      shown.letThrough(0)
    }
    await page.getByRole('button', { name: 'Index a repository' }).click()
    await page.getByLabel('A folder of the server').check()
    await page.getByLabel('Folder', { exact: true }).fill('/nowhere')
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await page.getByText('It was not started.').waitFor()
    await page.getByLabel('Folder', { exact: true }).fill(path)
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await page.getByRole('progressbar', { name: 'Stage embedding' }).waitFor()
    await page.getByRole('button', { name: 'Pause' }).click()
    await nudge('Paused')
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.locator('.head').getByText('Running').waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    await nudge('Cancelled')
    shown.letThrough(Number.POSITIVE_INFINITY)
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.locator('.head').getByText('Completed').waitFor()

    await page.getByRole('heading', { name: 'client' }).getByRole('link').click()
    await page.getByRole('button', { name: 'Update' }).click()
    await page.locator('.head').getByText('Completed').waitFor()
    await page.getByRole('heading', { name: 'client' }).getByRole('link').click()
    await page.getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click()
    await page.getByText('Nothing is indexed yet.').waitFor()
    expect(await shown.indexer.repositories()).toEqual([])
  })

  test('is worked by the keyboard alone', async () => {
    const shown = await show({ control: true })
    for (const name of ['client', 'protocol']) await (await shown.index(name)).finished
    const page = await open(shown.page)
    await page.locator('[data-task]').nth(1).waitFor()
    const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '')
    await page.keyboard.press('Tab')
    expect(await focused()).toBe('Skip to the content')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    expect(await focused()).toBe('Index a repository')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await focused()).toBe('Index a repository')
    for (let stops = 0; stops < 12 && (await focused()) !== 'protocol'; stops += 1) {
      await page.keyboard.press('Tab')
    }
    expect(await focused()).toBe('protocol')
    await page.keyboard.press('ArrowDown')
    await expect.poll(focused, { timeout: 20_000 }).toBe('client')
    await page.keyboard.press('Enter')
    await page.getByText(/^Completed after/).waitFor()
    expect(await focused()).toBe('client')
  })

  test.each(['light', 'dark'] as const)(
    'has nothing that axe finds, in %s',
    async (colorScheme) => {
      const shown = await show({ control: true })
      await (await shown.index('client')).finished
      shown.letThrough(1)
      const going = await shown.index('protocol')
      const broken = shown.indexer.index({ path: `${shown.folder}/nowhere`, name: 'nowhere' })
      await broken.finished.catch(() => {})
      const page = await open(shown.page, { colorScheme, reducedMotion: 'reduce' })
      const views = [
        ['', '[data-task]'],
        [`#/tasks/${going.taskId}`, '.timeline tr[data-state="current"]'],
        [`#/tasks/${broken.taskId}`, '.problem'],
        ['#/tasks/no-such-task', '[role="alert"]'],
        ['#/repositories', '.card'],
        ['#/repositories/client', '.language-bar'],
        ['#/search?q=backoffDelay', '.graph svg'],
        ['#/nothing', 'h1'],
      ] as const
      const found: Record<string, string[]> = {}
      for (const [hash, ready] of views) {
        await page.goto(shown.page + hash)
        await page.locator(ready).first().waitFor()
        found[hash] = await inaccessible(page)
      }
      await page.goto(shown.page)
      await page.getByRole('button', { name: 'Index a repository' }).click()
      found.dialog = await inaccessible(page)
      expect(found).toEqual(Object.fromEntries(Object.keys(found).map((view) => [view, []])))
    },
  )

  test('lets the reader choose light or dark, and remembers it', async () => {
    const shown = await show()
    const page = await open(shown.page, { colorScheme: 'light' })
    const ground = () =>
      page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
    const light = await ground()
    await page.getByRole('button', { name: /^Automatic colours/ }).click()
    await page.getByRole('button', { name: /^Light colours/ }).click()
    await page.getByRole('button', { name: /^Dark colours/ }).waitFor()
    const dark = await ground()
    expect(dark).not.toBe(light)
    await page.reload()
    await page.getByRole('button', { name: /^Dark colours/ }).waitFor()
    expect(await ground()).toBe(dark)
  })

  test('keeps no more than what is in sight of 10,000 tasks', async () => {
    const shown = await show()
    const events = Array.from(
      { length: 10_000 },
      (_, index): NewIndexEvent => ({
        type: 'run.queued',
        taskId: `task-${String(index).padStart(5, '0')}`,
        runId: `run-${index}`,
        at: new Date(1_700_000_000_000 + index * 1_000),
        repository: `repository-${index}`,
        source: { kind: 'local', path: `/code/${index}`, ref: null },
      }),
    )
    await shown.storage.journal.acquireWriter()
    for (let from = 0; from < events.length; from += 1_000) {
      await shown.storage.journal.tasks.append(events.slice(from, from + 1_000))
    }
    const page = await open(shown.page)
    await page.getByRole('button', { name: 'All 10,000' }).waitFor()
    const rows = page.locator('.table-body [role="row"]')
    await rows.first().waitFor()
    expect(await rows.count()).toBeLessThan(100)
    expect(await page.getByRole('table').getAttribute('aria-rowcount')).toBe('10001')
    await page.locator('[data-task]').first().focus()
    await page.keyboard.press('End')
    await page.locator('[aria-rowindex="10001"]').waitFor()
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.textContent), { timeout: 20_000 })
      .toBe('repository-0')
    expect(await rows.count()).toBeLessThan(100)
    await page.getByPlaceholder('Filter by repository').fill('repository-7777')
    await expect.poll(() => rows.count(), { timeout: 20_000 }).toBe(1)
  })

  test('fits a phone of 320 pixels without scrolling sideways', async () => {
    const shown = await show({ control: true })
    await (await shown.index('client')).finished
    shown.letThrough(1)
    const going = await shown.index('protocol')
    const page = await open(shown.page, { viewport: { width: 320, height: 640 }, hasTouch: true })
    const views = [
      ['', '[data-task]'],
      [`#/tasks/${going.taskId}`, '.timeline tr[data-state="current"]'],
      ['#/repositories', '.card'],
      ['#/repositories/client', '.language-bar'],
      ['#/search?q=backoffDelay', '.graph svg'],
    ] as const
    for (const [hash, ready] of views) {
      await page.goto(shown.page + hash)
      await page.locator(ready).first().waitFor()
      const widths = await page.evaluate(() => [
        document.documentElement.scrollWidth,
        document.getElementById('content')?.scrollWidth ?? 0,
      ])
      expect([hash, ...widths]).toEqual([hash, 320, 320])
    }
  })

  test('says nothing to a screen reader while only numbers change', async () => {
    const shown = await show()
    shown.letThrough(1)
    const run = await shown.index('client')
    const page = await open(`${shown.page}#/tasks/${run.taskId}`)
    await page.getByRole('progressbar', { name: 'Stage embedding' }).waitFor()
    const announced = page.locator('[aria-live="polite"]')
    const overall = page.getByRole('progressbar', { name: 'Overall progress' })
    const before = Number(await overall.getAttribute('aria-valuenow'))
    const said = await announced.textContent()
    shown.letThrough(4)
    await expect
      .poll(async () => Number(await overall.getAttribute('aria-valuenow')), { timeout: 20_000 })
      .toBeGreaterThan(before)
    expect(await announced.textContent()).toBe(said)
    shown.letThrough(Number.POSITIVE_INFINITY)
    await expect.poll(() => announced.textContent(), { timeout: 20_000 }).toBe('client: Completed.')
  })

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
