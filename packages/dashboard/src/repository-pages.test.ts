import { expect, test } from 'vitest'
import { describeInBrowser } from './browser-suite.test-support.ts'
import { useShownPages } from './shown-pages.test-support.ts'

describeInBrowser('the pages of what is indexed', () => {
  const { show, open } = useShownPages()

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

  test('leads from a hit to its neighbours, in three columns or as a tree', async () => {
    const shown = await show()
    await (await shown.index('client')).finished
    const page = await open(`${shown.page}#/search?q=usableTransports&repository=client`)
    const picture = page.getByRole('img', { name: /neighbours of/ }).first()
    await picture.waitFor()
    const widths = { columns: (await picture.getAttribute('viewBox'))?.split(' ')[2], tree: '' }
    await page.setViewportSize({ width: 360, height: 740 })
    await expect
      .poll(async () => (await picture.getAttribute('viewBox'))?.split(' ')[2], { timeout: 20_000 })
      .not.toBe(widths.columns)
    // As large as it is drawn: its letters are those of the page.
    const drawn = await picture.evaluate((svg) => svg.getBoundingClientRect().width)
    expect(drawn).toBe(Number((await picture.getAttribute('viewBox'))?.split(' ')[2]))
    const neighbour = page.locator('.graph a').first()
    const name = await neighbour.textContent()
    await neighbour.click()
    await expect.poll(() => page.getByPlaceholder('Where are failed').inputValue()).toBe(name)
  })

  test('says that a repository was removed while its page was open', async () => {
    const shown = await show()
    await (await shown.index('client')).finished
    const page = await open(`${shown.page}#/repositories/client`)
    await page.getByRole('region', { name: 'Languages' }).waitFor()
    await shown.indexer.remove('client')
    await page.evaluate(() => dispatchEvent(new Event('focus')))
    await page.getByText('This repository was removed.').waitFor()
    expect(await page.getByRole('region', { name: 'Languages' }).count()).toBe(0)
    expect(await page.getByRole('link', { name: 'Search in it' }).count()).toBe(0)
    // Its tasks are kept.
    await page.getByRole('table', { name: 'Tasks' }).getByRole('link', { name: 'client' }).waitFor()
    await page.getByRole('link', { name: 'Repositories' }).first().click()
    await page.getByText('Nothing is indexed yet.').waitFor()
  })

  test('goes on where one view fails on what the server told', async () => {
    const shown = await show()
    await (await shown.index('client')).finished
    const page = await open(shown.page)
    // No address can lead to a repository of this name.
    await page.route('**/repositories?*', async (route) => {
      const answer = await (await route.fetch()).text()
      await route.fulfill({ body: answer.replace('"name":"client"', '"name":"\\ud800"') })
    })
    await page.getByRole('link', { name: 'Repositories' }).click()
    await page.getByRole('alert').getByText('The page failed').waitFor()
    await page.getByRole('link', { name: 'Tasks' }).click()
    await page.getByRole('table', { name: 'Tasks' }).getByRole('link', { name: 'client' }).waitFor()
  })

  test('keeps what it knows of a repository while the server is away', async () => {
    const shown = await show()
    await (await shown.index('client')).finished
    const page = await open(`${shown.page}#/repositories/client`)
    await page.getByRole('region', { name: 'Languages' }).waitFor()
    shown.cut(true)
    await page.evaluate(() => dispatchEvent(new Event('focus')))
    await page.getByText('The server does not tell of it.').waitFor()
    await page.getByRole('region', { name: 'Languages' }).waitFor()
    shown.cut(false)
    await page.getByText('Live', { exact: true }).waitFor()
    await page.evaluate(() => dispatchEvent(new Event('focus')))
    await page.getByText('The server does not tell of it.').waitFor({ state: 'detached' })
  })
})
