import { expect, test } from 'vitest'
import { describeInBrowser } from './browser-suite.test-support.ts'
import { useShownPages } from './shown-pages.test-support.ts'

describeInBrowser('the page of a task', () => {
  const { show, open } = useShownPages()

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
    const level = log.getByRole('combobox', { name: 'Least level' })
    await level.selectOption('DEBUG')
    await log.getByPlaceholder('Search the messages').fill('backoff')
    await log.getByRole('listitem').filter({ hasText: 'src/backoff.ts: indexed.' }).waitFor()
    await log.getByPlaceholder('Search the messages').fill('')
    await log.getByPlaceholder('Path of a file').fill('src/follow.ts')
    await expect.poll(() => log.getByRole('listitem').count(), { timeout: 20_000 }).toBe(1)
    await level.selectOption('ERROR')
    await log.getByText('No line matches.').waitFor()
  })

  test('says of each error what to do about it', async () => {
    const shown = await show()
    const run = shown.indexer.index({ path: `${shown.folder}/nowhere`, name: 'nowhere' })
    await run.finished.catch(() => {})
    const page = await open(shown.page)
    await page.getByRole('link', { name: 'nowhere' }).click()
    await page.getByText('SOURCE_NOT_FOUND').waitFor()
    const advice = page.getByText('Check the path or the address for a typing mistake')
    // Where it says that it failed, and where every error is listed.
    await expect.poll(() => advice.count(), { timeout: 20_000 }).toBe(2)
    await expect
      .poll(() => page.getByText('Failed', { exact: true }).count(), { timeout: 20_000 })
      .toBeGreaterThan(0)
  })

  test('names the health of a run only while there is one', async () => {
    const shown = await show({ control: true })
    const broken = shown.indexer.index({ path: `${shown.folder}/nowhere`, name: 'nowhere' })
    await broken.finished.catch(() => {})
    shown.letThrough(1)
    const run = await shown.index('client')
    const page = await open(`${shown.page}#/tasks/${broken.taskId}`)
    await page.getByText(/^Failed after/).waitFor()
    const health = page.getByText('Health', { exact: true })
    expect(await health.count()).toBe(0)
    await page.goto(`${shown.page}#/tasks/${run.taskId}`)
    await health.waitFor()
    await page.getByText('Good', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByRole('button', { name: 'Resume' }).waitFor()
    await health.waitFor({ state: 'detached' })
    await shown.indexer.cancel(run.taskId)
    await page.getByText(/^Cancelled after/).waitFor()
    expect(await health.count()).toBe(0)
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

  test('says that a run does not get on, and that it does again', async () => {
    const shown = await show({ stallAfterMs: 1_000 })
    shown.letThrough(1)
    const run = await shown.index('client')
    const page = await open(`${shown.page}#/tasks/${run.taskId}`)
    await page.getByText(/^Nothing has moved since/).waitFor()
    await page.getByText(/^For \d+ s\. The end of the log/).waitFor()
    await page.getByText('Stalled', { exact: true }).waitFor()
    shown.letThrough(Number.POSITIVE_INFINITY)
    await page.getByText(/^Completed after/).waitFor()
    await page.getByText(/^Nothing has moved since/).waitFor({ state: 'detached' })
  })

  test('says that a task was cleaned up while its page was open', async () => {
    const shown = await show()
    const path = await shown.repository('client')
    const run = shown.indexer.index({ path, name: 'client' })
    await run.finished
    // The newest task of a repository would stay.
    await shown.indexer.index({ path, name: 'client' }).finished
    const page = await open(`${shown.page}#/tasks/${run.taskId}`)
    await page.getByText(/^Completed after/).waitFor()
    await page.getByText('Live', { exact: true }).waitFor()
    await shown.indexer.cleanup({ olderThanHours: 0 })
    // As when someone comes back to the page; else it asks a few seconds later.
    await page.evaluate(() => dispatchEvent(new Event('focus')))
    await page.getByText('This task was cleaned up.', { exact: true }).first().waitFor()
    expect(await page.getByRole('region', { name: 'Log' }).count()).toBe(0)
    await page.getByRole('heading', { name: 'client' }).waitFor()
    await page.reload()
    await page.getByText('There is nothing to show.').waitFor()
    await page.getByText('It may have been cleaned up').waitFor()
  })

  test('shows what the log says of the last minute', async () => {
    const shown = await show()
    const run = await shown.index('client')
    await run.finished
    // Where a clock has twelve hours, it is longer.
    const page = await open(`${shown.page}#/tasks/${run.taskId}`, { locale: 'en-US' })
    const log = page.getByRole('region', { name: 'Log' })
    const line = log.getByRole('listitem').filter({ hasText: 'Stage parsing has started.' })
    await line.waitFor()
    const linesOfTime = await line.locator('time').evaluate((element) => {
      const text = document.createRange()
      text.selectNodeContents(element)
      return text.getClientRects().length
    })
    expect(linesOfTime).toBe(1)
    const [request] = await Promise.all([
      page.waitForRequest((each) => each.url().includes('since=')),
      log.getByRole('combobox', { name: 'From when' }).selectOption('The last minute'),
    ])
    const status = await shown.indexer.status(run.taskId)
    expect(new URL(request.url()).searchParams.get('since')).toBe(
      new Date(+status.updatedAt - 60_000).toISOString(),
    )
    await log.getByText('The run has completed').waitFor()
  })
})
