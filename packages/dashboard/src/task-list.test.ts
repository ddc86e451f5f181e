import { expect, test } from 'vitest'
import { describeInBrowser } from './browser-suite.test-support.ts'
import { queueTasks } from './many-tasks.test-support.ts'
import { useShownPages } from './shown-pages.test-support.ts'

describeInBrowser('the list of tasks', () => {
  const { show, open } = useShownPages()

  test('keeps no more than what is in sight of 10,000 tasks', async () => {
    const shown = await show()
    await queueTasks(shown, 10_000)
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
})
