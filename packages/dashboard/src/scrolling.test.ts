import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { describeInBrowser } from './browser-suite.test-support.ts'
import { everyView, showView } from './every-view.test-support.ts'
import { queueTasks } from './many-tasks.test-support.ts'
import { useShownPages } from './shown-pages.test-support.ts'

describeInBrowser('the page, scrolled', () => {
  const { show, open } = useShownPages()

  test('ends where what it shows ends, on a desk and on a phone', async () => {
    const shown = await show({ control: true })
    const views = await everyView(shown)
    await queueTasks(shown, 10_000)
    const page = await open(shown.page)
    const found: Record<string, string[]> = {}
    for (const view of views) {
      await showView(page, shown.page, view)
      for (const [width, height] of [
        [1280, 800],
        [360, 640],
      ] as const) {
        await page.setViewportSize({ width, height })
        await expect.poll(() => page.evaluate(() => innerWidth), { timeout: 20_000 }).toBe(width)
        found[`${view.hash} at ${width}`] = await beyondSight(page)
      }
    }
    expect(found).toEqual(Object.fromEntries(Object.keys(found).map((view) => [view, []])))
  })
})

/** What can be scrolled to without anything being there to be seen. */
function beyondSight(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const root = document.documentElement
    const main = document.getElementById('content')
    const content = main?.querySelector('.page')
    if (!main || !content) return ['there is no content']
    const shownHeight = content.getBoundingClientRect().bottom - main.getBoundingClientRect().top
    const listsThatAreWide = [...main.querySelectorAll('.scrolls, .task-table')].filter(
      (list) => list.scrollWidth > list.clientWidth,
    )
    return [
      ...(root.scrollHeight > innerHeight ? ['the document, downwards'] : []),
      ...(root.scrollWidth > innerWidth ? ['the document, sideways'] : []),
      ...(main.scrollHeight > Math.max(main.clientHeight, Math.ceil(shownHeight + main.scrollTop))
        ? ['the content, downwards']
        : []),
      ...(main.scrollWidth > main.clientWidth ? ['the content, sideways'] : []),
      ...listsThatAreWide.map((list) => `${list.className}, sideways`),
    ]
  })
}
