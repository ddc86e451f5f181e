import { expect, test } from 'vitest'
import { describeInBrowser } from './browser-suite.test-support.ts'
import { everyView, showView } from './every-view.test-support.ts'
import { inaccessible, useShownPages } from './shown-pages.test-support.ts'

describeInBrowser('the page for everyone', () => {
  const { show, open } = useShownPages()

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
    expect(await focused()).toBe('Clean up')
    await page.keyboard.press('Enter')
    await page.getByRole('dialog').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await focused()).toBe('Clean up')
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

  test('leaves the focus with a reader who moves on while a dialog goes', async () => {
    const shown = await show({ control: true })
    const page = await open(shown.page)
    await page.getByRole('button', { name: 'Clean up' }).click()
    const dialog = await page.getByRole('dialog').elementHandle()
    const next = page.getByRole('button', { name: 'Index a repository', includeHidden: true })
    // The browser tells of the end only after this, and React takes the dialog away after that.
    await next.evaluate((button, closed) => {
      if (closed instanceof HTMLDialogElement) closed.close()
      button.focus()
    }, dialog)
    await page.locator('dialog').waitFor({ state: 'detached' })
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(
      'Index a repository',
    )
  })

  test.each(['light', 'dark'] as const)(
    'has nothing that axe finds, in %s',
    async (colorScheme) => {
      const shown = await show({ control: true })
      const views = await everyView(shown)
      const page = await open(shown.page, { colorScheme, reducedMotion: 'reduce' })
      const found: Record<string, string[]> = {}
      for (const view of views) {
        await showView(page, shown.page, view)
        found[view.hash] = await inaccessible(page)
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
})
