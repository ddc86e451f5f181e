/** Takes the pictures of docs/guides/dashboard.md, of a real run. */
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { launchBrowser, openPage } from '../src/browser.test-support.ts'
import { showIndexer } from '../src/shown-indexer.test-support.ts'
import { buildPage } from './build-page.ts'

const images = process.argv[2] ?? join(import.meta.dirname, '../../../docs/images')

const pageFolder = await mkdtemp(join(tmpdir(), 'cairn-page-'))
await buildPage(pageFolder)
const shown = await showIndexer({ pageFolder, control: true })
const browser = await launchBrowser()
try {
  await mkdir(images, { recursive: true })
  for (const name of ['protocol', 'store-sqlite']) await (await shown.index(name)).finished
  // Some of it first, so that there is an earlier run to compare with and something left to embed.
  const path = await shown.repository('core')
  await shown.indexer.index({ path, name: 'core', include: ['src/parsing/**'] }).finished
  shown.letThrough(0)
  const going = shown.indexer.index({ path, name: 'core' })

  const wide = { viewport: { width: 1280, height: 820 }, deviceScaleFactor: 2 }
  const take = async (
    name: string,
    hash: string,
    options: Parameters<typeof openPage>[2],
    ready: string,
  ): Promise<void> => {
    const { page, close } = await openPage(browser, shown.page + hash, options)
    await page.locator(ready).first().waitFor()
    if (hash.startsWith('#/tasks/')) {
      for (const calls of [2, 3, 4, 3, 5, 4]) {
        const before = await page.getByTestId('overall').textContent()
        shown.letThrough(calls)
        await page.waitForFunction(
          (text) => document.querySelector('[data-testid="overall"]')?.textContent !== text,
          before,
        )
      }
    }
    await page.waitForLoadState('networkidle')
    await page.screenshot({ path: join(images, `${name}.png`) })
    await close()
  }
  await new Promise<void>((resolve) => {
    if (going.status()?.currentStage === 'embedding') resolve()
    else going.on('stage.started', ({ stage }) => stage === 'embedding' && resolve())
  })
  const task = `#/tasks/${going.taskId}`
  await take('dashboard-tasks', '', wide, '[data-task]')
  await take(
    'dashboard-task',
    task,
    { ...wide, viewport: { width: 1280, height: 1250 } },
    '.timeline',
  )
  await take('dashboard-task-dark', task, { ...wide, colorScheme: 'dark' }, '.timeline')
  const phone = { viewport: { width: 360, height: 740 }, deviceScaleFactor: 2 }
  await take('dashboard-phone', task, phone, '.timeline')
  await take(
    'dashboard-search',
    `#/search?q=${encodeURIComponent('decode a value from the wire')}&repository=protocol`,
    { ...wide, viewport: { width: 1280, height: 1000 } },
    '.graph svg',
  )
} finally {
  await browser.close()
  await shown.close()
  await rm(pageFolder, { recursive: true, force: true })
}
