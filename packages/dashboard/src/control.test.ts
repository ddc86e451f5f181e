import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { describeInBrowser } from './browser-suite.test-support.ts'
import { inaccessible, useShownPages } from './shown-pages.test-support.ts'

describeInBrowser('the page where control is on', () => {
  const { show, open } = useShownPages()

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
    await page.keyboard.press('Enter')
    await page.getByText('It was not started.').waitFor()
    await page.getByLabel('Folder', { exact: true }).fill(path)
    await page.getByRole('button', { name: 'Start', exact: true }).click()
    await page.getByRole('progressbar', { name: 'Stage embedding' }).waitFor()
    await page.getByRole('button', { name: 'Pause' }).click()
    await nudge('Paused')
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.locator('.head').getByText('Running').waitFor()
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel the run' }).click()
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

  test('says what a run would do, and changes nothing', async () => {
    const shown = await show({ control: true })
    const path = await shown.repository('client')
    const page = await open(shown.page)
    await page.getByRole('button', { name: 'Index a repository' }).click()
    await page.getByLabel('A folder of the server').check()
    await page.getByLabel('Folder', { exact: true }).fill(`${path}/nowhere`)
    await page.getByRole('button', { name: 'Dry run' }).click()
    await page.getByText('There is no plan.').waitFor()
    await page.getByText('There is no such folder.').waitFor()
    await page.getByLabel('Folder', { exact: true }).fill(path)
    await page.getByRole('button', { name: 'Dry run' }).click()
    const plan = page.getByRole('region', { name: 'Dry run' })
    await plan.getByText('Nothing was changed.').waitFor()
    const { totals } = await shown.indexer.plan({ path, name: 'client' })
    await plan.getByRole('button', { name: `Index ${totals.index}`, exact: true }).waitFor()
    await plan.getByRole('listitem').filter({ hasText: 'src/backoff.ts' }).waitFor()
    expect(await inaccessible(page)).toEqual([])
    await page.keyboard.press('Escape')
    await page.getByText('Nothing has been indexed yet.').waitFor()
    expect((await shown.indexer.tasks()).tasks).toEqual([])
  })

  test('starts several, or none of them', async () => {
    const shown = await show({ control: true })
    const client = pathToFileURL(await shown.repository('client')).href
    const protocol = pathToFileURL(await shown.repository('protocol')).href
    const page = await open(shown.page)
    await page.getByRole('button', { name: 'Index a repository' }).click()
    await page.getByLabel('Several addresses').check()
    const addresses = page.getByLabel('Addresses', { exact: true })
    const start = page.getByRole('button', { name: 'Start all' })
    for (const [text, fault] of [
      [`${client}\n${client}`, 'Line 2: client is there twice.'],
      [`${client}\none two three`, 'Line 2 is neither an address nor a name and an address.'],
      [`${client}\n${client}nowhere`, 'clientnowhere: There is no such folder.'],
      [`odd ext::sh\n${client}`, 'odd: The URL uses a transport'],
    ] as const) {
      await addresses.fill(text)
      await start.click()
      await page.getByText(fault).waitFor()
    }
    expect((await shown.indexer.tasks()).tasks).toEqual([])
    expect(await inaccessible(page)).toEqual([])
    await addresses.fill(`${client}\nwire ${protocol}\n`)
    await page.getByLabel('At once').fill('2')
    await start.click()
    await page.getByRole('link', { name: 'client', exact: true }).waitFor()
    await page.getByRole('link', { name: 'wire', exact: true }).waitFor()
    await page.getByRole('button', { name: 'Completed 2' }).waitFor()
  })

  test('cleans up ended tasks and optimizes the stores', async () => {
    const shown = await show({ control: true })
    const path = await shown.repository('client')
    for (let run = 0; run < 2; run += 1) {
      await shown.indexer.index({ path, name: 'client' }).finished
    }
    shown.letThrough(1)
    await shown.index('protocol')
    const page = await open(shown.page)
    await page.getByRole('button', { name: 'All 3' }).waitFor()
    const other = await open(shown.page)
    await other.getByRole('button', { name: 'All 3' }).waitFor()
    await page.getByRole('button', { name: 'Clean up' }).click()
    const dialog = page.getByRole('dialog')
    expect(await inaccessible(page)).toEqual([])
    await dialog.getByRole('button', { name: 'Leave them' }).click()
    expect((await shown.indexer.tasks()).tasks.length).toBe(3)
    await page.getByRole('button', { name: 'Clean up' }).click()
    await dialog.getByLabel('Older than so many hours').fill('0')
    await dialog.getByRole('button', { name: 'Drop them' }).click()
    await dialog.getByText('1 task was dropped.').waitFor()
    await dialog.getByRole('button', { name: 'Close' }).click()
    // Here and on every other page.
    await page.getByRole('button', { name: 'All 2' }).waitFor()
    await page.getByRole('link', { name: 'protocol' }).waitFor()
    await other.evaluate(() => dispatchEvent(new Event('focus')))
    await other.getByRole('button', { name: 'All 2' }).waitFor()

    await page.getByRole('link', { name: 'Repositories' }).click()
    await page.getByRole('button', { name: 'Optimize' }).click()
    await dialog.getByText('The stores are optimized').waitFor()
    await dialog.getByText('sqlite', { exact: true }).waitFor()
    expect(await inaccessible(page)).toEqual([])
  })
})
