import type { Page } from 'playwright-core'
import type { ShownIndexer } from './shown-indexer.test-support.ts'

/** An address of the page, after its `#`, and what is there once the view shows what it has. */
export interface View {
  readonly hash: string
  readonly ready: string
}

/** Has a task complete, one go on and one fail; every view of the page then, and those of what is not there. */
export async function everyView(shown: ShownIndexer): Promise<readonly View[]> {
  const done = await shown.index('client')
  await done.finished
  shown.letThrough(1)
  const going = await shown.index('protocol')
  const broken = shown.indexer.index({ path: `${shown.folder}/nowhere`, name: 'nowhere' })
  await broken.finished.catch(() => {})
  return [
    { hash: '', ready: '[data-task]' },
    { hash: `#/tasks/${going.taskId}`, ready: '.timeline tr[data-state="current"]' },
    { hash: `#/tasks/${done.taskId}`, ready: '.log li' },
    { hash: `#/tasks/${broken.taskId}`, ready: '.problem' },
    { hash: '#/tasks/no-such-task', ready: '[role="alert"]' },
    { hash: '#/repositories', ready: '.card' },
    { hash: '#/repositories/client', ready: '.language-bar' },
    { hash: '#/repositories/nowhere', ready: '.note' },
    { hash: '#/search?q=backoffDelay', ready: '.graph svg' },
    { hash: '#/nothing', ready: 'h1' },
  ]
}

/** Opens a view and waits until it shows what it has. */
export async function showView(page: Page, base: string, { hash, ready }: View): Promise<void> {
  await page.goto(base + hash)
  await page.locator(ready).first().waitFor()
}
